import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;

/**
 * The Java kernel of a session: runs snippets as jshell does, in one lasting state.
 *
 * <p>Reads JSON lines {"code"} or {"interrupt"} from standard input and writes {"outputs", "error"} to descriptor
 * 4. What the code prints goes to the ordinary standard streams.
 */
final class KernelJava {
  private static final List<String> IMPORTS =
      List.of("java.io.*", "java.math.*", "java.net.*", "java.nio.file.*", "java.util.*", "java.util.function.*",
          "java.util.stream.*");

  private final JShell shell;
  private final PrintStream replies;
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private volatile boolean running;
  private volatile boolean interrupted;

  private KernelJava(PrintStream replies) {
    this.replies = replies;
    // In this very process, so that there is no second virtual machine and no port between the two.
    this.shell = JShell.builder().executionEngine("local").build();
    for (String name : IMPORTS) shell.eval("import " + name + ";");
  }

  public static void main(String[] arguments) throws Exception {
    PrintStream replies = new PrintStream(new FileOutputStream("/proc/self/fd/4"), false, StandardCharsets.UTF_8);
    InputStream input = System.in;
    System.setIn(InputStream.nullInputStream());
    new KernelJava(replies).serve(input);
  }

  private void serve(InputStream input) throws Exception {
    Thread reader = new Thread(() -> read(input));
    reader.setDaemon(true);
    reader.start();
    reply("{\"ready\":true}");
    for (String code = requests.take(); !code.isEmpty(); code = requests.take()) {
      running = true;
      interrupted = false;
      String answer = run(code.substring(1));
      running = false;
      System.out.flush();
      System.err.flush();
      reply(answer);
    }
    System.exit(0);
  }

  private void read(InputStream input) {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int start = line.indexOf("\"code\":\"");
        if (start >= 0) requests.add("+" + unquote(line, start + 8));
        else if (running) {
          interrupted = true;
          shell.stop();
        }
      }
    } catch (java.io.IOException closed) {
      // The agent is gone, as at the end of the input.
    }
    requests.add("");
  }

  private String run(String code) {
    String main = null;
    String rest = code;
    while (!rest.isBlank()) {
      SourceCodeAnalysis.CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      String source = info.source() == null ? rest : info.source();
      rest = info.source() == null ? "" : info.remaining();
      for (SnippetEvent event : shell.eval(source)) {
        if (interrupted) return answer(null, error("Interrupted", "interrupted", List.of()));
        if (event.causeSnippet() != null) continue;
        if (event.exception() != null) return answer(null, thrown(event.exception()));
        if (event.status() == Snippet.Status.REJECTED) return answer(null, rejected(event.snippet()));
        main = shows(event) ? event.value() : null;
      }
    }
    return answer(main, "null");
  }

  /** An expression shows its value (jshell gives it a variable of its own); a declaration shows nothing. */
  private static boolean shows(SnippetEvent event) {
    return event.value() != null
        && !event.value().isEmpty()
        && (event.snippet().kind() == Snippet.Kind.EXPRESSION
            || event.snippet().subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND);
  }

  private String rejected(Snippet snippet) {
    List<String> messages = new ArrayList<>();
    shell.diagnostics(snippet).forEach(diagnostic -> messages.addAll(diagnostic.getMessage(null).lines().toList()));
    return error("CompileError", String.join("\n", messages), messages);
  }

  private static String thrown(JShellException exception) {
    String name =
        exception instanceof EvalException
            ? ((EvalException) exception).getExceptionClassName()
            : exception.getClass().getName();
    List<String> trace = new ArrayList<>();
    trace.add(name + ": " + exception.getMessage());
    for (StackTraceElement frame : exception.getStackTrace()) {
      if (frame.getClassName().startsWith("KernelJava") || frame.getClassName().startsWith("jdk.jshell.")) break;
      trace.add("    at " + frame);
    }
    String simple = name.substring(name.lastIndexOf('.') + 1);
    return error(simple, String.valueOf(exception.getMessage()), trace);
  }

  private static String error(String name, String value, List<String> traceback) {
    List<String> lines = new ArrayList<>();
    for (String line : traceback) lines.add(quote(line));
    return "{\"name\":" + quote(name) + ",\"value\":" + quote(value) + ",\"traceback\":[" + String.join(",", lines) + "]}";
  }

  private static String answer(String main, String error) {
    String outputs = main == null ? "" : "{\"data\":{\"text/plain\":" + quote(main) + "},\"isMain\":true}";
    return "{\"outputs\":[" + outputs + "],\"error\":" + error + "}";
  }

  private void reply(String line) {
    replies.print(line + "\n");
    replies.flush();
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char letter : text.toCharArray()) {
      if (letter == '"' || letter == '\\') quoted.append('\\').append(letter);
      else if (letter < ' ' || Character.isSurrogate(letter)) quoted.append(String.format("\\u%04x", (int) letter));
      else quoted.append(letter);
    }
    return quoted.append('"').toString();
  }

  /** The JSON string of a line that begins at {@code start}, behind its quotation mark. */
  private static String unquote(String line, int start) {
    StringBuilder text = new StringBuilder();
    for (int at = start; line.charAt(at) != '"'; at++) {
      char letter = line.charAt(at);
      if (letter != '\\') {
        text.append(letter);
        continue;
      }
      letter = line.charAt(++at);
      if (letter == 'u') {
        text.append((char) Integer.parseInt(line.substring(at + 1, at + 5), 16));
        at += 4;
      } else {
        text.append("\"\\/bfnrt".indexOf(letter) < 3 ? letter : "\b\f\n\r\t".charAt("bfnrt".indexOf(letter)));
      }
    }
    return text.toString();
  }
}
