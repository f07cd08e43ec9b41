/** The bytes of a text, cut at any places. */
export const cutAt = (text: string, cuts: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const all = new TextEncoder().encode(text)
  const places = [0, ...cuts.map((cut) => cut % (all.length + 1)).sort((a, b) => a - b), all.length]
  return places.slice(1).map((end, index) => all.subarray(places[index], end))
}
