"""The Python kernel of a session: runs code in one lasting namespace.

Speaks JSON lines over descriptor 3: reads {"code", "count"}, answers {"outputs", "error"}. What the code prints
goes to the ordinary standard streams. SIGINT interrupts a run and keeps the namespace.
"""

import ast
import asyncio
import base64
import builtins
import importlib
import importlib.util
import inspect
import io
import json
import linecache
import os
import platform
import signal
import socket
import sys
import traceback
import types

KERNEL = __file__
BACKEND = os.environ.get("MPLBACKEND")

TEXT_REPRS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
    "image/svg+xml": "_repr_svg_",
}
IMAGE_REPRS = {"image/png": "_repr_png_", "image/jpeg": "_repr_jpeg_"}

outputs = []
# What is told of each output when it appears, if anything.
tell = None


def as_text(value):
    return base64.b64encode(value).decode("ascii") if isinstance(value, (bytes, bytearray)) else value


def represent(value, method):
    """The value of one _repr_..._ method, or None. A broken one says so on stderr and costs only itself."""
    function = getattr(value, method, None)
    if not callable(function) or isinstance(value, type):
        return None
    try:
        result = function()
    except Exception:
        traceback.print_exc()
        return None
    # IPython allows (data, metadata).
    return result[0] if isinstance(result, tuple) else result


def figure_png(value):
    figure = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
    if figure is None or not isinstance(value, figure):
        return None
    buffer = io.BytesIO()
    value.savefig(buffer, format="png", bbox_inches="tight")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        # Shown once: what is closed is not shown again when the run ends.
        pyplot.close(value)
    return buffer.getvalue()


def bundle_of(value):
    data = {"text/plain": repr(value)}
    for mime, method in TEXT_REPRS.items():
        text = represent(value, method)
        if text is not None:
            data[mime] = str(text)
    for mime, method in IMAGE_REPRS.items():
        image = represent(value, method)
        if image is not None:
            data[mime] = as_text(image)
    document = represent(value, "_repr_json_")
    if document is not None:
        data["application/json"] = json.loads(document) if isinstance(document, str) else document
    mimebundle = represent(value, "_repr_mimebundle_")
    if isinstance(mimebundle, dict):
        data.update({mime: as_text(item) for mime, item in mimebundle.items()})
    png = figure_png(value)
    if png is not None:
        data["image/png"] = as_text(png)
    return data


def put(output):
    outputs.append(output)
    if tell is not None:
        tell(output)


def show(value, is_main):
    put({"data": bundle_of(value), "isMain": is_main})


def display(*values, raw=False, **_options):
    """Shows values as a notebook does; with raw=True a value is itself a bundle keyed by MIME type."""
    for value in values:
        if raw:
            put({"data": {mime: as_text(item) for mime, item in value.items()}, "isMain": False})
        else:
            show(value, False)


def show_figures():
    """Shows the figures that are still open, as notebooks do at the end of a cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        show(pyplot.figure(number), False)


def fill_display(module):
    """The part of IPython.display that code written for notebooks uses most."""

    def wrapper(name, method):
        def init(self, data):
            self.data = data

        members = {"__init__": init, method: lambda self: self.data, "__module__": module.__name__}
        return type(name, (), members)

    module.HTML = wrapper("HTML", "_repr_html_")
    module.Markdown = wrapper("Markdown", "_repr_markdown_")
    module.Latex = wrapper("Latex", "_repr_latex_")
    module.SVG = wrapper("SVG", "_repr_svg_")
    module.JSON = wrapper("JSON", "_repr_json_")
    module.display = display


def fill_ipython(module):
    module.__path__ = []
    # Libraries that find IPython ask whether it runs the show, and it does not.
    module.version_info = (8, 24, 0)
    module.get_ipython = lambda: None
    module.display = importlib.import_module("IPython.display")


def fill_figures(module):
    """A matplotlib back end which draws into memory and shows figures through the kernel."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg, FigureManagerBase

    module.FigureCanvas = FigureCanvasAgg
    module.FigureManager = FigureManagerBase
    module.show = lambda *_arguments, **_options: show_figures()


class KernelModules:
    """Modules the kernel makes when they are imported, where nothing of that name is installed."""

    fillers = {"IPython": fill_ipython, "IPython.display": fill_display, "agentbay_figures": fill_figures}

    def find_spec(self, name, _path=None, _target=None):
        return importlib.util.spec_from_loader(name, self) if name in self.fillers else None

    def create_module(self, _spec):
        return None

    def exec_module(self, module):
        self.fillers[module.__name__](module)


def use_display(module):
    """IPython's own prints, because IPython does not run the show."""
    if hasattr(module, "display"):
        module.display = display


def use_figures(matplotlib):
    # Not by the environment: programs that are started from here inherit it. Whoever has set it has chosen.
    if os.environ.get("MPLBACKEND") == BACKEND:
        matplotlib.rcParams["backend"] = "module://agentbay_figures"


class Patches:
    """Changes modules right after they have been imported."""

    patches = {
        "IPython.core.display": use_display,
        "IPython.core.display_functions": use_display,
        "matplotlib": use_figures,
    }

    def find_spec(self, name, _path=None, _target=None):
        patch = self.patches.pop(name, None)
        spec = None if patch is None else importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            patch(module)

        spec.loader.exec_module = exec_module
        return spec


def prepare():
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    sys.path[0] = ""
    sys.argv = [""]
    builtins.display = display
    sys.meta_path.append(KernelModules())
    sys.meta_path.insert(0, Patches())
    return main.__dict__


class Awaiting:
    """One event loop for all runs, made when a run first awaits at its top level."""

    loop = None

    def run(self, coroutine):
        if self.loop is None:
            self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(coroutine)


awaiting = Awaiting()


def evaluate(node, filename, mode, namespace):
    code = compile(node, filename, mode, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    value = eval(code, namespace)
    return awaiting.run(value) if code.co_flags & inspect.CO_COROUTINE else value


def execute(code, filename, namespace):
    tree = compile(code, filename, "exec", flags=ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    if tree.body:
        evaluate(tree, filename, "exec", namespace)
    if last is not None:
        value = evaluate(ast.Expression(last.value), filename, "eval", namespace)
        if value is not None:
            namespace["_"] = value
            show(value, True)
    show_figures()


def describe(error):
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == KERNEL:
        trace = trace.tb_next
    lines = "".join(traceback.format_exception(type(error), error, trace)).splitlines()
    return {"name": type(error).__name__, "value": str(error), "traceback": lines}


def run(request, namespace):
    code = request["code"]
    filename = f"<cell {request['count']}>"
    # Where tracebacks look for the source of a line.
    linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)
    outputs.clear()
    error = None
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            execute(code, filename, namespace)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except BaseException as failure:
        error = describe(failure)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    return {"outputs": list(outputs), "error": error}


def serve():
    global tell
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.set_inheritable(3, False)
    channel = socket.socket(fileno=3)
    requests = channel.makefile("r", encoding="utf-8", newline="\n")

    def send(message):
        channel.sendall(json.dumps(message, default=repr).encode("utf-8") + b"\n")

    namespace = prepare()
    send({"ready": True, "kernel": f"{platform.python_implementation()} {platform.python_version()}"})
    for line in requests:
        request = json.loads(line)
        if "code" in request:
            tell = (lambda output: send({"displayed": output})) if request.get("streams") else None
            send(run(request, namespace))


serve()
