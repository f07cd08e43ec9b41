/**
 * A named pipe: bytes that wait for a reader.
 *
 * @since 0.1.0
 */

const NEWLINE = 10

/**
 * @since 0.1.0
 * @category models
 */
export class Pipe {
  private held = new Uint8Array(0)
  private writers = 0
  private ended = false
  private waiting: Array<() => void> = []

  /** A writer that holds the pipe open. */
  open(): void {
    this.writers += 1
    this.ended = false
  }

  /** When the last writer has closed it, readers come to the end. */
  close(): void {
    this.writers -= 1
    if (this.writers > 0) return
    this.ended = true
    this.wake()
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const all = new Uint8Array(this.held.length + bytes.length)
    all.set(this.held)
    all.set(bytes, this.held.length)
    this.held = all
    this.wake()
  }

  /** What is there as soon as there is something; nothing at the end. */
  some(onWait: () => void): Promise<Uint8Array> {
    return this.take(onWait, () => this.held.length)
  }

  /** Waits for something to be there; false at the end. */
  async isReady(onWait: () => void): Promise<boolean> {
    await this.wait(onWait, () => this.held.length > 0)
    return this.held.length > 0
  }

  /** A line with its end; the last one may have none. */
  line(onWait: () => void): Promise<Uint8Array> {
    return this.take(onWait, () => this.held.indexOf(NEWLINE) + 1)
  }

  /** Everything up to the end. */
  all(onWait: () => void): Promise<Uint8Array> {
    return this.take(onWait, () => 0)
  }

  /** Waits until `count` gives a number, or for the end. */
  private async take(onWait: () => void, count: () => number): Promise<Uint8Array> {
    await this.wait(onWait, () => count() > 0)
    const length = count() || this.held.length
    const taken = this.held.slice(0, length)
    this.held = this.held.slice(length)
    return taken
  }

  private async wait(onWait: () => void, isEnough: () => boolean): Promise<void> {
    while (!isEnough() && !this.ended) {
      onWait()
      await new Promise<void>((done) => this.waiting.push(done))
    }
  }

  private wake(): void {
    const { waiting } = this
    this.waiting = []
    for (const done of waiting) done()
  }
}
