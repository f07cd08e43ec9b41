/**
 * A self-signed certificate for the loopback addresses, made in memory: an X.509 structure in DER around a key of
 * `node:crypto`. It is its own authority, so that a client trusts the server by trusting this one certificate.
 */
import { createPrivateKey, createSign, generateKeyPairSync, randomBytes } from "node:crypto"
import { isIP } from "node:net"

export interface Certificate {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly cert: string
}

const length = (size: number): ReadonlyArray<number> => {
  if (size < 0x80) return [size]
  const bytes: Array<number> = []
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return [0x80 | bytes.length, ...bytes]
}

const element = (tag: number, ...parts: ReadonlyArray<Uint8Array>): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...length(content.length)]), content])
}

const sequence = (...parts: ReadonlyArray<Uint8Array>): Buffer => element(0x30, ...parts)
const set = (...parts: ReadonlyArray<Uint8Array>): Buffer => element(0x31, ...parts)
const octets = (content: Uint8Array): Buffer => element(0x04, content)
const bits = (content: Uint8Array): Buffer => element(0x03, Buffer.from([0]), content)
const yes = element(0x01, Buffer.from([0xff]))

/** A positive number: the first bit is a sign. */
const integer = (bytes: Uint8Array): Buffer =>
  element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes)

const base128 = (value: number): ReadonlyArray<number> => {
  const digits = [value & 0x7f]
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"))
const name = sequence(
  set(sequence(oid("2.5.4.3"), element(0x0c, Buffer.from("AgentBay local cloud", "utf8"))))
)

/** `20260105100000Z`, the form that reaches beyond 2049. */
const time = (ms: number): Buffer =>
  element(0x18, Buffer.from(`${new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`, "ascii"))

const extension = (id: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(id), ...(critical ? [yes] : []), octets(value))

const addressBytes = (ip: string): Buffer => {
  if (isIP(ip) === 4) return Buffer.from(ip.split(".").map(Number))
  const [head = "", tail = ""] = ip.split("::")
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16))
  const [front, back] = [groups(head), groups(tail)]
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]))
}

const alternativeName = (host: string): Buffer =>
  isIP(host) === 0 ? element(0x82, Buffer.from(host, "ascii")) : element(0x87, addressBytes(host))

const day = 86_400_000

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${(
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  ).join("\n")}\n-----END ${label}-----\n`

/** For these hosts, from yesterday for 30 days. */
export const selfSigned = (hosts: ReadonlyArray<string>, nowMs: number): Certificate => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const authority = sequence(yes)
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    name,
    sequence(time(nowMs - day), time(nowMs + 30 * day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    element(
      0xa3,
      sequence(
        extension("2.5.29.19", true, authority),
        extension("2.5.29.17", false, sequence(...hosts.map(alternativeName)))
      )
    )
  )
  const key = privateKey.export({ type: "pkcs8", format: "pem" })
  const signature = createSign("sha256").update(body).sign(createPrivateKey(key))
  return { key: String(key), cert: pem("CERTIFICATE", sequence(body, ecdsaWithSha256, bits(signature))) }
}
