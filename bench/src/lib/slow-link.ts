// A process of its own: a way to `--port` on loopback on which every byte is late, in either direction, by half of the
// round trip (`--round-trip`, in milliseconds). Bandwidth is not limited.
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { parseArgs } from "node:util"

const { values } = parseArgs({ options: { port: { type: "string" }, "round-trip": { type: "string" } } })
const port = Number(values.port)
const delay = Number(values["round-trip"]) / 2

const late = (from: Socket, to: Socket): void => {
  from.on("data", (chunk) => setTimeout(() => to.writable && to.write(chunk), delay))
  from.on("end", () => setTimeout(() => to.end(), delay))
  from.on("error", () => to.destroy())
  from.on("close", () => setTimeout(() => to.destroy(), delay))
}

const server = createServer((near) => {
  const far = connect({ port, host: "127.0.0.1", noDelay: true })
  near.setNoDelay(true)
  late(near, far)
  late(far, near)
})

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on("disconnect", () => process.exit())
