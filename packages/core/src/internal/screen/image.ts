/** Pictures as tools answer with them: what they are is read from their bytes. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { InvalidArgument, SessionError } from "../../AgentBayError.js"
import type { ImageFormat, ImageText } from "../../contract/tools/CaptureTools.js"
import { decodeBase64 } from "../files/base64.js"
import { sessionError } from "../httpFailure.js"
import { invalid } from "../validate.js"

/**
 * A picture of the screen as a file.
 *
 * @since 0.1.0
 * @category models
 */
export interface Screenshot {
  readonly bytes: Uint8Array
  /** What the bytes are, which is not always what was asked for. */
  readonly mediaType: "image/png" | "image/jpeg"
  /** Pixels; none where neither the service nor the picture's header says so. */
  readonly width: Option.Option<number>
  readonly height: Option.Option<number>
  readonly requestId: string
}

/** Which call a picture belongs to. */
export interface ScreenFacts {
  readonly operation: string
  readonly sessionId: string
  readonly requestId: string
}

const signatures: ReadonlyArray<readonly [Screenshot["mediaType"], ReadonlyArray<number>]> = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]]
]

const mediaTypeOf = (bytes: Uint8Array): Screenshot["mediaType"] | undefined =>
  signatures.find(([, signature]) => signature.every((byte, index) => bytes[index] === byte))?.[0]

/** Both sides of a PNG stand in its first chunk; those of a JPEG stand anywhere. */
const sizeOf = (bytes: Uint8Array, mediaType: Screenshot["mediaType"]) => {
  if (mediaType !== "image/png" || bytes.length < 24) return { width: Option.none(), height: Option.none() }
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { width: Option.some(view.getUint32(16)), height: Option.some(view.getUint32(20)) }
}

export const unreadable = (facts: ScreenFacts, detail: string): SessionError =>
  sessionError({ ...facts, secrets: [] }, { reason: "Decode", phase: "sent", detail })

/** Bytes as a picture of whatever format they are in. */
export const readBytes = (facts: ScreenFacts, bytes: Uint8Array): Effect.Effect<Screenshot, SessionError> => {
  const mediaType = mediaTypeOf(bytes)
  return mediaType === undefined
    ? Effect.fail(unreadable(facts, "the picture is neither a PNG nor a JPEG"))
    : Effect.succeed({ bytes, mediaType, ...sizeOf(bytes, mediaType), requestId: facts.requestId })
}

/** The answer of a tool that sends the picture itself, which must be in the format asked for. */
export const readImage = (
  facts: ScreenFacts,
  image: ImageText,
  format: ImageFormat
): Effect.Effect<Screenshot, SessionError> =>
  Effect.gen(function* () {
    const wanted = `image/${format}`
    const told = image.mime_type ?? wanted
    // What breaks lines in base64 is not strict, and no tool for pictures does it.
    const bytes = /\s/.test(image.data) ? undefined : decodeBase64(image.data)
    if (bytes === undefined) return yield* Effect.fail(unreadable(facts, "the picture is not base64"))
    const screenshot = yield* readBytes(facts, bytes)
    if (told !== wanted || screenshot.mediaType !== wanted) {
      const got = screenshot.mediaType === told ? told : `${screenshot.mediaType} (named ${told})`
      return yield* Effect.fail(unreadable(facts, `${wanted} was asked for, ${got} came`))
    }
    return {
      ...screenshot,
      width: Option.orElse(Option.fromNullable(image.width), () => screenshot.width),
      height: Option.orElse(Option.fromNullable(image.height), () => screenshot.height)
    }
  })

/** A format by its name or by `jpg`, in any capitalisation; PNG when there is none. */
export const readFormat = (
  operation: string,
  format: string | undefined
): Effect.Effect<ImageFormat, InvalidArgument> => {
  const name = typeof format === "string" ? format.trim().toLowerCase() : format
  if (name === undefined || name === "png") return Effect.succeed("png")
  return name === "jpeg" || name === "jpg"
    ? Effect.succeed("jpeg")
    : Effect.fail(invalid(operation, "format", format, "it must be png, jpeg or jpg"))
}
