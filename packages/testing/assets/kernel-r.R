# The R kernel of a session: runs code in the lasting global environment.
#
# Reads JSON lines {"code"} from standard input and writes {"outputs", "error"} to descriptor 4. What the code
# prints goes to the ordinary standard streams. Needs base R only, so JSON is read and written here.

local({
  quote_json <- function(text) {
    text <- enc2utf8(paste(text, collapse = "\n"))
    text <- gsub("\\", "\\\\", text, fixed = TRUE)
    text <- gsub('"', '\\"', text, fixed = TRUE)
    for (code in c(1:31, 127)) {
      text <- gsub(intToUtf8(code), sprintf("\\u%04x", code), text, fixed = TRUE)
    }
    paste0('"', text, '"')
  }

  # The value of "code" in a line the agent wrote; JSON strings use the escapes below and no others.
  code_of <- function(line) {
    body <- regmatches(line, regexec('"code":"((?:[^"\\\\]|\\\\.)*)"', line, perl = TRUE))[[1]]
    if (length(body) < 2) return(NULL)
    points <- utf8ToInt(enc2utf8(body[2]))
    out <- integer(length(points))
    size <- 0L
    at <- 1L
    while (at <= length(points)) {
      point <- points[at]
      if (point == 92L) {
        letter <- intToUtf8(points[at + 1L])
        if (letter == "u") {
          point <- strtoi(intToUtf8(points[at + 2:5]), 16L)
          at <- at + 4L
        } else {
          point <- utf8ToInt(switch(letter, n = "\n", t = "\t", r = "\r", b = "\b", f = "\f", letter))
        }
        at <- at + 1L
      }
      size <- size + 1L
      out[size] <- point
      at <- at + 1L
    }
    intToUtf8(out[seq_len(size)])
  }

  bundle_of <- function(value) {
    data <- c("text/plain" = quote_json(utils::capture.output(print(value))))
    paste0("{", paste0('"', names(data), '":', data, collapse = ","), "}")
  }

  png_output <- function(path) {
    bytes <- readBin(path, "raw", file.info(path)$size)
    sprintf('{"data":{"image/png":"%s"},"isMain":false}', base64(bytes))
  }

  base64 <- function(bytes) {
    alphabet <- strsplit("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "")[[1]]
    padding <- (3L - length(bytes) %% 3L) %% 3L
    values <- matrix(c(as.integer(bytes), integer(padding)), nrow = 3)
    sextets <- rbind(
      values[1, ] %/% 4L,
      (values[1, ] %% 4L) * 16L + values[2, ] %/% 16L,
      (values[2, ] %% 16L) * 4L + values[3, ] %/% 64L,
      values[3, ] %% 64L
    )
    letters <- alphabet[as.vector(sextets) + 1L]
    if (padding > 0L) letters[length(letters) - seq_len(padding) + 1L] <- "="
    paste(letters, collapse = "")
  }

  # Draws into files of a directory of its own, which hold one page each when the run is over.
  open_plots <- function(directory) {
    options(device = function(...) {
      grDevices::png(file.path(directory, "plot-%03d.png"), width = 672, height = 480)
    })
  }

  # The calls between the evaluation of an expression below and the handling of its error.
  user_calls <- function(calls) {
    evaluation <- vapply(calls, identical, NA, quote(eval(expressions[[index]], globalenv())))
    if (!any(evaluation)) return(list())
    inner <- calls[-seq_len(max(which(evaluation)))]
    handling <- vapply(inner, function(call) identical(call[[1]], quote(.handleSimpleError)), NA)
    if (any(handling)) inner[seq_len(which(handling)[1] - 1L)] else inner
  }

  run <- function(code) {
    outputs <- character()
    error <- "null"
    directory <- tempfile("plots-")
    dir.create(directory)
    open_plots(directory)
    main <- NULL
    calls <- list()
    failed <- function(name, condition) {
      trace <- c(vapply(calls, function(call) paste(deparse(call), collapse = " "), ""), conditionMessage(condition))
      error <<- sprintf(
        '{"name":%s,"value":%s,"traceback":[%s]}',
        quote_json(name),
        quote_json(conditionMessage(condition)),
        paste(vapply(trace, quote_json, ""), collapse = ",")
      )
    }
    tryCatch(
      withCallingHandlers(
        {
          expressions <- parse(text = code, keep.source = FALSE)
          for (index in seq_along(expressions)) {
            result <- withVisible(eval(expressions[[index]], globalenv()))
            if (result$visible && index == length(expressions)) {
              main <- result$value
              outputs <- sprintf('{"data":%s,"isMain":true}', bundle_of(main))
            } else if (result$visible) {
              print(result$value)
            }
          }
        },
        error = function(condition) calls <<- user_calls(sys.calls()),
        warning = function(condition) {
          message("Warning: ", conditionMessage(condition))
          invokeRestart("muffleWarning")
        }
      ),
      error = function(condition) failed(sub("^simpleError$", "Error", class(condition)[1]), condition),
      interrupt = function(condition) failed("interrupt", simpleCondition("interrupted"))
    )
    while (grDevices::dev.cur() > 1L) grDevices::dev.off()
    plots <- vapply(list.files(directory, full.names = TRUE), png_output, "")
    unlink(directory, recursive = TRUE)
    flush(stdout())
    sprintf('{"outputs":[%s],"error":%s}', paste(c(unname(plots), outputs), collapse = ","), error)
  }

  replies <- file("/proc/self/fd/4", "w", encoding = "UTF-8", raw = TRUE)
  requests <- file("stdin", "r", encoding = "UTF-8")
  reply <- function(line) {
    writeLines(line, replies, useBytes = TRUE)
    flush(replies)
  }

  reply('{"ready":true}')
  repeat {
    line <- tryCatch(readLines(requests, 1L, encoding = "UTF-8"), interrupt = function(condition) "{}")
    if (length(line) == 0L) break
    code <- code_of(line)
    if (!is.null(code)) reply(run(code))
  }
})
