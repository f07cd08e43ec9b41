"""A program in a terminal of its own.

    terminal.py COLS ROWS PROGRAM

What is written to standard input is typed, what the terminal shows comes from standard output. Lines on descriptor 3
are sizes: "COLS ROWS". SIGTERM kills the program. Ends as the program does; a signal n gives 128 + n.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

PIECE = 65536


def resize(master, cols, rows):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


def read(fd):
    try:
        return os.read(fd, PIECE)
    except OSError:
        # Linux ends the master with EIO when the last program has closed the terminal.
        return b""


def write(fd, data):
    """What could not be written yet; nothing where nobody reads any more."""
    try:
        return data[os.write(fd, data) :]
    except BlockingIOError:
        return data
    except OSError:
        return b""


def main(cols, rows, program):
    # The program starts when its terminal has a size.
    ready, go = os.pipe()
    child, master = pty.fork()
    if child == 0:
        os.close(go)
        os.read(ready, 1)
        os.closerange(3, 64)
        os.execv(program, [program])
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(child, signal.SIGKILL))
    resize(master, int(cols), int(rows))
    os.close(ready)
    os.close(go)
    # A program that does not read until what it shows is taken must not be waited for, nor the other way round.
    os.set_blocking(master, False)
    os.set_blocking(1, False)
    sources = {0, 3, master}
    typed = shown = rest = b""
    while master in sources or shown:
        held = ({0} if typed else set()) | ({master} if shown else set())
        sinks = ([master] if typed and master in sources else []) + ([1] if shown else [])
        readable, writable, _ = select.select(sources - held, sinks, [])
        for source in readable:
            data = read(source)
            if data == b"":
                sources.remove(source)
            elif source == 0:
                typed = data
            elif source == 3:
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    resize(master, *map(int, line.split()))
            else:
                shown = data
        if master in writable:
            typed = write(master, typed)
        if 1 in writable:
            shown = write(1, shown)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(code if code >= 0 else 128 - code)


main(*sys.argv[1:])
