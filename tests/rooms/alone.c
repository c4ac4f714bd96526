/* Linked with the whole of one room and only what that room may call (see
 * gateway/cmake/rooms.cmake). */
int main(void)
{
    return 0;
}
