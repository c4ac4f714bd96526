-- Who took over a place is told with the evening's count.
CREATE INDEX offers_by_signup ON offers (signup, state);
