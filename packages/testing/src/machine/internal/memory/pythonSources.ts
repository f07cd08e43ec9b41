/**
 * The Python half of the Python interpreter.
 *
 * @since 0.1.0
 */

/**
 * Runs before any program: waiting goes through the machine, so that it follows the Effect clock.
 *
 * @since 0.1.0
 * @category sources
 */
export const pythonSite: string = `
import os, time

def _install():
    fd = os.open("/dev/machine", os.O_RDWR)

    def sleep(seconds):
        """Delay execution for a given number of seconds."""
        seconds = float(seconds)
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        os.write(fd, b"sleep %r" % (seconds * 1000))

    time.sleep = sleep

_install()
del _install

import sys

class _Asyncio:
    """Gives asyncio an event loop that needs neither sockets nor threads, when it is first imported."""

    def find_spec(self, name, path=None, target=None):
        if name != "asyncio":
            return None
        import importlib.util
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        self.loader = spec.loader
        spec.loader = self
        return spec

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        import selectors
        from asyncio import events, selector_events

        class Idle(selectors._BaseSelectorImpl):
            def select(self, timeout=None):
                if timeout is None:
                    raise RuntimeError("the event loop waits for something that cannot happen")
                if timeout > 0:
                    time.sleep(timeout)
                return []

        class Loop(selector_events.BaseSelectorEventLoop):
            def __init__(self):
                super().__init__(Idle())

            def _make_self_pipe(self):
                pass

            def _close_self_pipe(self):
                pass

            def _write_to_self(self):
                pass

        class Policy(events.BaseDefaultEventLoopPolicy):
            _loop_factory = Loop

        events.set_event_loop_policy(Policy())

sys.meta_path.insert(0, _Asyncio())
`

/**
 * A notebook kernel: reads one JSON request per line from the machine, answers one JSON line each.
 *
 * @since 0.1.0
 * @category sources
 */
export const pythonKernel: string = String.raw`
import ast, base64, builtins, json, linecache, os, signal, sys, traceback, types

main = types.ModuleType("__main__")
main.__builtins__ = builtins
sys.modules["__main__"] = main
names = main.__dict__
sys.argv = [""]
sys.path[0] = ""
outputs = []

CO_COROUTINE = 0x80

METHODS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_latex_": "text/latex",
    "_repr_javascript_": "application/javascript",
    "_repr_json_": "application/json",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_pdf_": "application/pdf",
}

def plain(value):
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    try:
        json.dumps(value)
        return value
    except (TypeError, ValueError):
        return str(value)

def bundle(value):
    data = {}
    if not isinstance(value, type):
        whole = getattr(value, "_repr_mimebundle_", None)
        if callable(whole):
            given = whole(include=None, exclude=None)
            given = given[0] if isinstance(given, tuple) else given
            data.update({key: plain(item) for key, item in (given or {}).items()})
        for method, kind in METHODS.items():
            render = getattr(value, method, None)
            if kind not in data and callable(render):
                given = render()
                given = given[0] if isinstance(given, tuple) else given
                if given is not None:
                    data[kind] = plain(given)
    data.setdefault("text/plain", repr(value))
    return data

def display(*values, **_):
    for value in values:
        outputs.append({"data": bundle(value), "isMain": False})

class DisplayObject:
    kind = "text/plain"

    def __init__(self, data=None, filename=None, **_):
        if filename is not None:
            with open(filename, "rb") as file:
                data = file.read()
            if not self.kind.startswith("image/") or self.kind == "image/svg+xml":
                data = data.decode()
        self.data = data

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__name__} object>"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {self.kind: self.data}

def shown(name, kind):
    return type(name, (DisplayObject,), {"kind": kind, "__module__": "IPython.core.display"})

class Image(shown("Image", "image/png")):
    def __init__(self, data=None, filename=None, format=None, **_):
        super().__init__(data, filename)
        if format in ("jpeg", "jpg") or (filename or "").endswith((".jpg", ".jpeg")) or (data or b"")[:2] == b"\xff\xd8":
            self.kind = "image/jpeg"

notebook = types.ModuleType("IPython")
notebook.display = types.ModuleType("IPython.display")
for name, kind in {"HTML": "text/html", "Markdown": "text/markdown", "Latex": "text/latex", "Math": "text/latex",
                   "SVG": "image/svg+xml", "JSON": "application/json", "Javascript": "application/javascript"}.items():
    setattr(notebook.display, name, shown(name, kind))
Image.__module__ = "IPython.core.display"
notebook.display.Image = Image
notebook.display.display = display
sys.modules["IPython"] = notebook
sys.modules["IPython.display"] = notebook.display
names["display"] = display

def describe(error, file):
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_globals is globals():
        entry = entry.tb_next
    if isinstance(error, SyntaxError) and error.filename == file:
        entry = None
    lines = "".join(traceback.format_exception(type(error), error, entry)).rstrip("\n").split("\n")
    return {"name": type(error).__name__, "value": str(error), "traceback": lines}

# Python notices an interrupt late; once the code has ended it must not hit the kernel.
interruptible = False

def interrupt(*_):
    if interruptible:
        raise KeyboardInterrupt

signal.signal(signal.SIGINT, interrupt)

loop = None

def evaluate(compiled):
    result = eval(compiled, names)
    if not compiled.co_flags & CO_COROUTINE:
        return result
    global loop
    import asyncio
    if loop is None or loop.is_closed():
        loop = asyncio.new_event_loop()
    return loop.run_until_complete(result)

def run(code, count):
    file = f"<cell {count}>"
    linecache.cache[file] = (len(code), None, code.splitlines(True), file)
    outputs.clear()
    error = None
    global interruptible
    try:
        interruptible = True
        tree = ast.parse(code, file)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        evaluate(compile(tree, file, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if last is not None:
            value = evaluate(compile(ast.Expression(last.value), file, "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
            if value is not None:
                names["_"] = value
                outputs.append({"data": bundle(value), "isMain": True})
        interruptible = False
    except BaseException as raised:
        interruptible = False
        error = describe(raised, file)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass
    return {"outputs": outputs, "error": error}

for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(line_buffering=True, errors="backslashreplace")
machine = os.open("/dev/machine", os.O_RDWR)
requests = os.fdopen(machine, "rb", closefd=False)
while True:
    request = requests.readline()
    if not request:
        break
    request = json.loads(request)
    reply = run(request["code"], request["count"])
    os.write(machine, b"reply " + json.dumps(reply).encode())
`
