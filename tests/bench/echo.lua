-- The limit of the HTTP layer: /healthz answers from the loop at once.
function done(summary)
    io.write(string.format('{"requests":%d,"seconds":%.3f}\n', summary.requests, summary.duration / 1e6))
end
