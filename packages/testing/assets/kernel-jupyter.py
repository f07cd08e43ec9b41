"""The Python kernel of a session where Jupyter's is installed: a bridge to an ipykernel in a process of its own.

Towards the agent it is a kernel like the others: JSON lines over descriptor 3, {"code", "count"} in, {"outputs",
"error"} out. Towards ipykernel it is a Jupyter client, over sockets in the file system of the session. What code
prints does not travel through either: both processes have the standard streams of the bridge, so that nothing is
reordered, cut or recoded, whoever in the session prints it. Both are in one process group: SIGINT reaches the
ipykernel, which keeps its names.

The argument "plain", or the absence of Jupyter unless the argument is "jupyter", gives this process to the plain
kernel.
"""

import importlib.metadata
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys

PLAIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kernel-python.py")
STATE = "/run/jupyter"
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
NUDGE = 0.05


def serve_kernel(connection_file):
    """The process of the ipykernel."""
    # Nobody debugs or completes through the bridge, and what does it takes longer to load than the rest.
    unused = ("debugpy", "jedi")
    sys.modules.update(dict.fromkeys(unused))
    import zmq
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    for name in unused:
        del sys.modules[name]

    class Kernel(IPKernelApp):
        # Prints go where the standard streams of any program go.
        outstream_class = None

        def init_iopub(self, context):
            # Nothing that is displayed may be dropped because the bridge is busy.
            context.setsockopt(zmq.SNDHWM, 0)
            super().init_iopub(context)

    config = Config()
    config.IPKernelApp.log_level = "ERROR"
    config.InteractiveShell.colors = "NoColor"
    config.IPKernelApp.parent_handle = os.getppid()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    sys.path[0] = ""
    sys.argv = [""]
    os.environ["IPYTHONDIR"] = STATE
    app = Kernel.instance(config=config, connection_file=connection_file)
    app.initialize([])
    del os.environ["IPYTHONDIR"]
    # exit() ends a run, not the kernel.
    app.shell.user_ns.update({"exit": sys.exit, "quit": sys.exit})
    app.start()


def bundle_of(data):
    """Some versions end base64 with a line feed."""
    return {
        mime: value.strip() if mime.startswith("image/") and isinstance(value, str) else value
        for mime, value in data.items()
    }


class Run:
    """What one run displays, in the order of a notebook."""

    def __init__(self, tell):
        self.tell = tell
        self.outputs = []
        self.errors = []
        self.displays = {}
        self.clearing = False

    def take(self, kind, content):
        if kind in ("execute_result", "display_data", "update_display_data"):
            self.show(kind, content)
        elif kind == "error":
            self.errors.append(content)
        elif kind == "clear_output":
            self.clearing = True
            if not content.get("wait", False):
                self.clear()
        elif kind == "stream":
            # Whoever publishes text instead of printing it.
            stream = sys.stderr if content["name"] == "stderr" else sys.stdout
            stream.write(content["text"])

    def clear(self):
        if self.clearing:
            self.outputs.clear()
            self.clearing = False

    def show(self, kind, content):
        output = {"data": bundle_of(content["data"]), "isMain": kind == "execute_result"}
        name = content.get("transient", {}).get("display_id")
        if kind == "update_display_data":
            shown = self.displays.get(name)
            # What an earlier run displayed has been handed over already.
            if shown is not None:
                shown["data"] = output["data"]
            return
        self.clear()
        if name is not None:
            self.displays[name] = output
        self.outputs.append(output)
        if self.tell is not None:
            self.tell(output)


def describe(content):
    lines = [line for entry in content.get("traceback", []) for line in entry.splitlines()]
    return {"name": content.get("ename", "Error"), "value": content.get("evalue", ""), "traceback": lines}


class Agent:
    """The other end of descriptor 3."""

    def __init__(self):
        os.set_inheritable(3, False)
        self.channel = socket.socket(fileno=3)
        self.rest = b""
        self.requests = []
        self.has_interrupted = False

    def fileno(self):
        return self.channel.fileno()

    def send(self, message):
        self.channel.sendall(json.dumps(message, default=repr).encode("utf-8") + b"\n")

    def receive(self):
        """Waits for something to arrive, and takes note of it. False when nothing will any more."""
        piece = self.channel.recv(65536)
        *lines, self.rest = (self.rest + piece).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if "code" in request:
                self.requests.append(request)
            else:
                self.has_interrupted = True
        return piece != b""


class Bridge:
    def __init__(self, agent):
        self.agent = agent
        place = os.path.join(STATE, str(os.getpid()))
        key = os.urandom(32).hex()
        connection = {
            **{f"{channel}_port": number for number, channel in enumerate(CHANNELS, 1)},
            **{"transport": "ipc", "ip": place, "key": key, "signature_scheme": "hmac-sha256"},
        }
        os.makedirs(STATE, mode=0o700, exist_ok=True)
        path = place + ".json"
        with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            json.dump(connection, file)
        self.process = subprocess.Popen(
            [sys.executable, "-u", os.path.abspath(__file__), "--kernel", path], stdin=subprocess.DEVNULL
        )
        # While these load, the kernel loads as well.
        import zmq
        from jupyter_client.session import Session

        self.ended = os.pidfd_open(self.process.pid)
        self.session = Session(key=key.encode("ascii"))
        context = zmq.Context.instance()

        def connect(kind, channel):
            it = context.socket(kind)
            it.linger = 0
            it.rcvhwm = 0
            it.connect(f"ipc://{place}-{connection[channel + '_port']}")
            return it

        self.shell = connect(zmq.DEALER, "shell")
        self.iopub = connect(zmq.SUB, "iopub")
        self.iopub.subscribe(b"")
        self.poller = zmq.Poller()
        for source in (self.shell, self.iopub, self.ended, agent):
            self.poller.register(source, zmq.POLLIN)
        self.count = 1
        # What is published before the bridge has subscribed is lost: the first answer that arrives whole shows that
        # it has.
        while self.execute("", silent=True, patience=0.2) is None:
            pass

    def follow(self):
        """The kernel is gone: so is the bridge, in the same manner."""
        status = self.process.wait()
        sys.stdout.flush()
        sys.stderr.flush()
        if status < 0:
            signal.signal(-status, signal.SIG_DFL)
            os.kill(os.getpid(), -status)
        os._exit(status)

    def receive(self, source, request):
        """The next message of a socket, unless it belongs to an earlier request."""
        _, parts = self.session.feed_identities(source.recv_multipart())
        message = self.session.deserialize(parts)
        return message if message["parent_header"].get("msg_id") == request else None

    def ask(self, kind, content):
        return self.session.send(self.shell, kind, content)["header"]["msg_id"]

    def execute(self, code, silent, patience=None, tell=None):
        """Runs code until the kernel is idle again. Gives nothing when it takes longer than `patience` seconds."""
        content = {
            "code": code,
            "silent": silent,
            "store_history": not silent,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": False,
        }
        self.agent.has_interrupted = False
        request = self.ask("execute_request", content)
        run = Run(tell)
        reply = None
        is_idle = False
        while reply is None or not is_idle:
            wait = NUDGE if self.agent.has_interrupted else patience
            ready = dict(self.poller.poll(None if wait is None else wait * 1000))
            if self.iopub in ready:
                message = self.receive(self.iopub, request)
                if message is None:
                    continue
                if message["msg_type"] == "status":
                    is_idle = message["content"]["execution_state"] == "idle"
                else:
                    run.take(message["msg_type"], message["content"])
            elif self.shell in ready:
                message = self.receive(self.shell, request)
                reply = reply if message is None else message["content"]
            elif self.ended in ready:
                self.follow()
            elif self.agent.fileno() in ready:
                if not self.agent.receive():
                    self.process.kill()
                    self.follow()
            elif self.agent.has_interrupted:
                # A kernel that awaits does not look at its signals before something else arrives.
                self.ask("kernel_info_request", {})
            else:
                return None
        return run, reply

    def run(self, code, count, streams):
        # A kernel that was started anew counts on where the one before it ended.
        if count != self.count:
            self.execute(f"get_ipython().execution_count = {count}", silent=True)
        tell = (lambda output: self.agent.send({"displayed": output})) if streams else None
        run, reply = self.execute(code, silent=False, tell=tell)
        self.count = reply.get("execution_count", count) + 1
        error = None
        if reply["status"] != "ok":
            error = describe(reply if "ename" in reply else {"ename": "Aborted", "evalue": "the kernel did not run it"})
            run.errors = run.errors[:-1]
        # A broken representation costs only itself, and says so.
        for broken in run.errors:
            print("\n".join(describe(broken)["traceback"]), file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        return {"outputs": run.outputs, "error": error}


def serve():
    # The agent signals the group; the kernel is meant.
    signal.signal(signal.SIGINT, lambda *_: None)
    agent = Agent()
    bridge = Bridge(agent)
    agent.send({"ready": True, "kernel": f"ipykernel {importlib.metadata.version('ipykernel')}"})
    while agent.requests or agent.receive():
        for request in agent.requests[:]:
            agent.requests.remove(request)
            agent.send(bridge.run(request["code"], request["count"], request.get("streams", False)))


def main(choice, *rest):
    if choice == "--kernel":
        return serve_kernel(*rest)
    packages = {"ipykernel": "python3-ipykernel", "jupyter_client": "python3-jupyter-client"}
    missing = [package for name, package in packages.items() if importlib.util.find_spec(name) is None]
    if choice != "plain" and not missing:
        return serve()
    if choice == "jupyter":
        problem = f"Jupyter's kernel is not installed (apt-get install {' '.join(missing)})"
        return Agent().send({"missing": problem})
    os.execv(sys.executable, [sys.executable, "-u", PLAIN])


main(*sys.argv[1:])
