/**
 * `util.inspect` and `util.format` for the JavaScript interpreter, in its own language: values look as Node.js
 * shows them, with its defaults (depth 2, 80 columns, 100 elements, strings of up to 10,000 characters).
 *
 * The source is evaluated once per interpreter and evaluates to `{ format, inspect }`.
 *
 * @since 0.1.0
 */
export const javaScriptInspect: string = String.raw`(() => {
  const BREAK = 80, COMPACT = 3, MAX_ARRAY = 100, MAX_STRING = 10000
  const hasOwn = (object, key) => Object.prototype.hasOwnProperty.call(object, key)
  const identifier = /^[a-zA-Z_][a-zA-Z_0-9]*$/
  const escapes = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\" }

  const quote = (text) => {
    const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes("\u0060") ? "\u0060" : "'"
    let out = ""
    for (const character of text) {
      const code = character.codePointAt(0)
      if (escapes[character] !== undefined) out += escapes[character]
      else if (character === mark) out += "\\" + character
      else if (code < 32 || (code >= 127 && code < 160)) out += "\\x" + code.toString(16).toUpperCase().padStart(2, "0")
      else if (code >= 0xd800 && code < 0xe000) out += "\\u" + code.toString(16).toUpperCase()
      else out += character
    }
    return mark + out + mark
  }

  const widthOf = (text) => {
    let width = 0
    for (const character of text) {
      const code = character.codePointAt(0)
      const wide = code >= 0x1100 && (code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) ||
        (code >= 0xf900 && code <= 0xfaff) || (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x1faff))
      width += wide ? 2 : 1
    }
    return width
  }

  const more = (count, noun) => "... " + count + " more " + noun + (count > 1 ? "s" : "")

  const constructorName = (value) => {
    for (let object = value; object !== null; object = Object.getPrototypeOf(object)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, "constructor")
      if (descriptor !== undefined && typeof descriptor.value === "function" && descriptor.value.name !== "" && value instanceof descriptor.value)
        return descriptor.value.name
    }
    return null
  }

  const tagOf = (value, name) => {
    const tag = value[Symbol.toStringTag]
    const isListed = Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag)
    return typeof tag === "string" && tag !== "" && tag !== name && !isListed ? " [" + tag + "]" : ""
  }

  const prefixOf = (value, name, fallback, size) => {
    const count = size === undefined ? "" : "(" + size + ")"
    return (name === null ? "[" + fallback + count + ": null prototype]" : name + count) + tagOf(value, name) + " "
  }

  const keysOf = (value) =>
    Object.keys(value).concat(Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key)))

  const primitive = (value, context) => {
    switch (typeof value) {
      case "string": {
        let text = value, rest = ""
        if (text.length > MAX_STRING) {
          rest = more(text.length - MAX_STRING, "character")
          text = text.slice(0, MAX_STRING)
        }
        if (context.compact !== true && text.length > 16 && text.length > BREAK - context.indent - 4)
          return text.split(/(?<=\n)/).map(quote).join(" +\n" + " ".repeat(context.indent + 2)) + rest
        return quote(text) + rest
      }
      case "number": return Object.is(value, -0) ? "-0" : String(value)
      case "bigint": return value + "n"
      case "symbol": return value.toString()
      default: return String(value)
    }
  }

  const group = (context, output, value) => {
    let total = 0, longest = 0, count = output.length
    const hasRest = count > MAX_ARRAY
    if (hasRest) count--
    const lengths = []
    for (let index = 0; index < count; index++) {
      const length = widthOf(output[index])
      lengths.push(length)
      total += length + 2
      if (longest < length) longest = length
    }
    const actual = longest + 2
    if (!(actual * 3 + context.indent < BREAK && (total / actual > 5 || longest <= 6))) return output
    const biased = Math.max(actual - 3 - Math.sqrt(actual - total / output.length), 1)
    const columns = Math.min(
      Math.round(Math.sqrt(2.5 * biased * count) / biased),
      Math.floor((BREAK - context.indent) / actual),
      COMPACT * 4,
      15
    )
    if (columns <= 1) return output
    const widths = []
    for (let column = 0; column < columns; column++) {
      let width = 0
      for (let index = column; index < count; index += columns) if (lengths[index] > width) width = lengths[index]
      widths.push(width + 2)
    }
    let padStart = true
    if (value !== undefined)
      for (let index = 0; index < output.length; index++)
        if (typeof value[index] !== "number" && typeof value[index] !== "bigint") {
          padStart = false
          break
        }
    const rows = []
    for (let start = 0; start < count; start += columns) {
      const end = Math.min(start + columns, count)
      let row = "", index = start
      for (; index < end - 1; index++) {
        const cell = output[index] + ", "
        const width = widths[index - start] + output[index].length - lengths[index]
        row += padStart ? cell.padStart(width) : cell.padEnd(width)
      }
      row += padStart ? output[index].padStart(widths[index - start] + output[index].length - lengths[index] - 2) : output[index]
      rows.push(row)
    }
    if (hasRest) rows.push(output[count])
    return rows
  }

  const assemble = (context, output, base, braces, isList, depth, value) => {
    const entries = output.length
    if (isList && entries > 6) output = group(context, output, value)
    const open = braces[0], close = braces[1], head = base === "" ? "" : base + " "
    if (context.depth - depth < COMPACT && entries === output.length) {
      const start = output.length + context.indent + open.length + base.length + 10
      let total = output.length + start
      if (total + output.length <= BREAK) {
        for (const entry of output) total += entry.length
        if (total <= BREAK && !base.includes("\n")) {
          const joined = output.join(", ")
          if (!joined.includes("\n")) return head + open + " " + joined + " " + close
        }
      }
    }
    const line = "\n" + " ".repeat(context.indent)
    return head + open + line + "  " + output.join("," + line + "  ") + line + close
  }

  const property = (context, value, key, isList, depth) => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key) || { value: value[key], enumerable: true }
    let text
    if (hasOwn(descriptor, "value")) {
      context.indent += 2
      text = show(context, descriptor.value, depth)
      context.indent -= 2
    } else text = descriptor.get !== undefined ? (descriptor.set !== undefined ? "[Getter/Setter]" : "[Getter]") : descriptor.set !== undefined ? "[Setter]" : "undefined"
    if (isList) return text
    const name = typeof key === "symbol" ? "[" + key.toString() + "]" : key === "__proto__" ? "['__proto__']" : identifier.test(key) ? key : quote(key)
    return (descriptor.enumerable === false ? "[" + name + "]" : name) + ": " + text
  }

  const functionBase = (value, name) => {
    const source = Function.prototype.toString.call(value)
    if (source.startsWith("class") && source.endsWith("}")) {
      const parent = Object.getPrototypeOf(value)
      const base = hasOwn(value, "name") && value.name !== "" ? "[class " + value.name : "[class (anonymous)"
      return base + (typeof parent === "function" && parent.name ? " extends " + parent.name : parent === null ? " extends [null prototype]" : "") + "]"
    }
    const kinds = { AsyncFunction: "AsyncFunction", GeneratorFunction: "GeneratorFunction", AsyncGeneratorFunction: "AsyncGeneratorFunction" }
    const kind = kinds[name] || "Function"
    return "[" + kind + (value.name === "" ? " (anonymous)" : ": " + value.name) + "]" + (name === null ? " [null prototype]" : "")
  }

  const errorText = (value) => {
    const head = (value.name === undefined ? "Error" : String(value.name)) + (value.message === "" ? "" : ": " + value.message)
    const stack = typeof value.stack === "string" ? value.stack.replace(/\n+$/, "") : ""
    return stack === "" ? "[" + head + "]" : head + "\n" + stack
  }

  const elements = (context, value, depth) => {
    const output = []
    const shown = Math.min(value.length, MAX_ARRAY)
    let index = 0
    while (index < value.length && output.length < shown) {
      if (hasOwn(value, index)) {
        output.push(property(context, value, index, true, depth))
        index++
        continue
      }
      const start = index
      while (index < value.length && !hasOwn(value, index)) index++
      output.push("<" + (index - start) + " empty item" + (index - start > 1 ? "s" : "") + ">")
    }
    if (index < value.length) output.push(more(value.length - index, "item"))
    return output
  }

  const show = (context, value, depth) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return primitive(value, context)
    const custom = value[Symbol.for("nodejs.util.inspect.custom")]
    if (typeof custom === "function" && custom !== inspect) {
      const result = custom.call(value, context.maxDepth - depth, {}, inspect)
      if (result !== value) return typeof result === "string" ? result.replaceAll("\n", "\n" + " ".repeat(context.indent)) : show(context, result, depth)
    }
    if (context.seen.includes(value)) {
      if (!context.circular.has(value)) context.circular.set(value, context.circular.size + 1)
      return "[Circular *" + context.circular.get(value) + "]"
    }
    const name = constructorName(value)
    let keys = keysOf(value)
    let base = "", braces = ["{", "}"], isList = false, list
    let content = () => []
    if (Array.isArray(value)) {
      const prefix = name !== "Array" || tagOf(value, name) !== "" ? prefixOf(value, name, "Array", value.length) : ""
      braces = [prefix + "[", "]"]
      keys = keys.filter((key) => typeof key === "symbol" || !/^(0|[1-9][0-9]*)$/.test(key))
      if (value.length === 0 && keys.length === 0) return braces[0] + "]"
      isList = true
      list = value
      content = () => elements(context, value, depth + 1)
    } else if (value instanceof Set) {
      braces[0] = prefixOf(value, name, "Set", value.size) + "{"
      if (value.size === 0 && keys.length === 0) return braces[0] + "}"
      content = () => {
        context.indent += 2
        const output = [...value].map((item) => show(context, item, depth + 1))
        context.indent -= 2
        return output
      }
    } else if (value instanceof Map) {
      braces[0] = prefixOf(value, name, "Map", value.size) + "{"
      if (value.size === 0 && keys.length === 0) return braces[0] + "}"
      content = () => {
        context.indent += 2
        const output = [...value].map(([key, item]) => show(context, key, depth + 1) + " => " + show(context, item, depth + 1))
        context.indent -= 2
        return output
      }
    } else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      braces = [prefixOf(value, name, "TypedArray", value.length) + "[", "]"]
      keys = keys.filter((key) => typeof key === "symbol" || !/^(0|[1-9][0-9]*)$/.test(key))
      if (value.length === 0 && keys.length === 0) return braces[0] + "]"
      isList = true
      list = value
      content = () => {
        const output = Array.from(value.subarray(0, MAX_ARRAY), (item) => primitive(item, context))
        if (value.length > MAX_ARRAY) output.push(more(value.length - MAX_ARRAY, "item"))
        return output
      }
    } else if (typeof value === "function") {
      base = functionBase(value, name)
      if (keys.length === 0) return base
    } else if (value instanceof RegExp) {
      base = RegExp.prototype.toString.call(value)
      if (keys.length === 0) return base
    } else if (value instanceof Date) {
      base = Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString()
      if (keys.length === 0) return base
    } else if (value instanceof Error) {
      base = errorText(value).replaceAll("\n", "\n" + " ".repeat(context.indent))
      keys = keys.filter((key) => key !== "stack" && key !== "message" && key !== "name")
      if (hasOwn(value, "cause") && !keys.includes("cause")) keys.push("cause")
      if (keys.length === 0) return base
    } else if (value instanceof Promise) {
      braces[0] = prefixOf(value, name, "Promise") + "{"
      const state = host("promiseState", value)
      content = () => state === undefined ? [] : state.state === "pending" ? ["<pending>"] :
        [(state.state === "rejected" ? "<rejected> " : "") + show(context, state.value, depth + 1)]
    } else if (value instanceof WeakMap || value instanceof WeakSet) {
      return prefixOf(value, name, "WeakSet") + "{ <items unknown> }"
    } else if (value instanceof ArrayBuffer) {
      braces[0] = prefixOf(value, name, "ArrayBuffer") + "{"
      const bytes = new Uint8Array(value)
      content = () => [
        "[Uint8Contents]: <" + Array.from(bytes.subarray(0, 50), (byte) => byte.toString(16).padStart(2, "0")).join(" ") +
          (bytes.length > 50 ? " " + more(bytes.length - 50, "byte") : "") + ">",
        "byteLength: " + bytes.length
      ]
    } else if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      const kind = value instanceof Number ? "Number" : value instanceof String ? "String" : "Boolean"
      base = "[" + kind + ": " + primitive(value.valueOf(), { compact: true, indent: 0, depth: 0 }) + "]"
      if (kind === "String") keys = keys.filter((key) => typeof key === "symbol" || !/^[0-9]+$/.test(key))
      if (keys.length === 0) return base
    } else {
      const plain = name === "Object" && tagOf(value, name) === "" ? "" : prefixOf(value, name, "Object")
      braces[0] = plain + "{"
      if (keys.length === 0) return braces[0] + "}"
    }
    if (depth > context.maxDepth) return "[" + (Array.isArray(value) ? "Array" : prefixOf(value, name, "Object").trim()) + "]"
    context.seen.push(value)
    context.depth = depth
    const output = content()
    for (const key of keys) output.push(property(context, value, key, false, depth + 1))
    context.seen.pop()
    if (context.circular.has(value)) {
      const reference = "<ref *" + context.circular.get(value) + "> "
      if (base === "") braces[0] = reference + braces[0]
      else base = reference + base
    }
    return assemble(context, output, base, braces, isList, depth, list)
  }

  const inspect = (value, options) =>
    show({
      seen: [], circular: new Map(), indent: 0, depth: 0,
      maxDepth: options === null || options === undefined || options.depth === undefined ? 2 : options.depth === null ? Infinity : options.depth
    }, value, 0)
  inspect.custom = Symbol.for("nodejs.util.inspect.custom")

  const shallow = (value) => typeof value === "string" ? value : inspect(value)

  const format = (...args) => {
    if (args.length === 0) return ""
    if (typeof args[0] !== "string") return args.map(shallow).join(" ")
    let next = 1
    const first = args.length === 1 ? args[0] : args[0].replace(/%[sdifjoOc%]/g, (directive) => {
      if (directive === "%%") return "%"
      if (next >= args.length) return directive
      const value = args[next++]
      switch (directive) {
        case "%s":
          if (typeof value === "bigint") return value + "n"
          if (Object.is(value, -0)) return "-0"
          return typeof value === "object" && value !== null && !(hasOwn(value, "toString")) && !(value instanceof Error) ? inspect(value, { depth: 0 }) : String(value)
        case "%d":
          return typeof value === "bigint" ? value + "n" : typeof value === "symbol" || typeof value === "object" ? "NaN" : primitive(Number(value), {})
        case "%i":
          return typeof value === "bigint" ? value + "n" : typeof value === "symbol" || typeof value === "object" ? "NaN" : String(parseInt(value))
        case "%f": return typeof value === "symbol" ? "NaN" : String(parseFloat(value))
        case "%j":
          try { return JSON.stringify(value) } catch { return "[Circular]" }
        case "%c": return ""
        default: return inspect(value, directive === "%o" ? { depth: 4 } : {})
      }
    })
    return [first, ...args.slice(next).map(shallow)].join(" ")
  }

  return { format, inspect }
})()`
