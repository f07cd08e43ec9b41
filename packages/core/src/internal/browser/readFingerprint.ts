/**
 * Runs in a page. It is complete in itself, because it travels as source text: no imports, and no functions with
 * names of their own, which some compilers wrap in helpers that a page does not have.
 */

/** Members that only some browsers have. */
interface Extras {
  readonly userAgentData?: {
    readonly brands: ReadonlyArray<{ readonly brand: string; readonly version: string }>
    readonly mobile: boolean
    readonly platform: string
    getHighEntropyValues(hints: ReadonlyArray<string>): Promise<Record<string, unknown>>
  }
  readonly oscpu?: string
  readonly deviceMemory?: number
  readonly globalPrivacyControl?: boolean
  readonly bluetooth?: unknown
  getBattery?(): Promise<{
    readonly charging: boolean
    readonly chargingTime: number
    readonly dischargingTime: number
    readonly level: number
  }>
  getInstalledRelatedApps?(): Promise<ReadonlyArray<unknown>>
}

export function readFingerprint(): Promise<unknown> {
  const own = navigator as Navigator & Extras
  const root = document.documentElement
  const hints = ["architecture", "bitness", "fullVersionList", "model", "platformVersion", "uaFullVersion"]
  const video = document.createElement("video")
  const audio = document.createElement("audio")
  const canvas = document.createElement("canvas")
  const gl = canvas.getContext("webgl")
  const debug = gl?.getExtension("WEBGL_debug_renderer_info")
  const pen = document.createElement("canvas").getContext("2d")
  return Promise.all([
    own.userAgentData?.getHighEntropyValues(hints).catch(() => ({})),
    own.getBattery?.().catch(() => undefined),
    own.getInstalledRelatedApps?.().catch(() => []),
    navigator.mediaDevices?.enumerateDevices().catch(() => [])
  ])
    .then(([high, battery, apps, devices]) => ({
      screen: {
        availHeight: screen.availHeight,
        availWidth: screen.availWidth,
        availTop: (screen as Screen & { availTop?: number }).availTop,
        availLeft: (screen as Screen & { availLeft?: number }).availLeft,
        colorDepth: screen.colorDepth,
        height: screen.height,
        pixelDepth: screen.pixelDepth,
        width: screen.width,
        devicePixelRatio: window.devicePixelRatio,
        pageXOffset: window.scrollX,
        pageYOffset: window.scrollY,
        innerHeight: window.innerHeight,
        outerHeight: window.outerHeight,
        outerWidth: window.outerWidth,
        innerWidth: window.innerWidth,
        screenX: window.screenX,
        clientWidth: root.clientWidth,
        clientHeight: root.clientHeight,
        hasHDR: window.matchMedia("(dynamic-range: high)").matches
      },
      navigator: {
        userAgent: own.userAgent,
        userAgentData:
          own.userAgentData === undefined
            ? undefined
            : {
                brands: own.userAgentData.brands.map(({ brand, version }) => ({ brand, version })),
                mobile: own.userAgentData.mobile,
                platform: own.userAgentData.platform,
                ...high
              },
        doNotTrack: own.doNotTrack,
        appCodeName: own.appCodeName,
        appName: own.appName,
        appVersion: own.appVersion,
        oscpu: own.oscpu,
        webdriver: own.webdriver,
        language: own.language,
        languages: [...own.languages],
        platform: own.platform,
        deviceMemory: own.deviceMemory,
        hardwareConcurrency: own.hardwareConcurrency,
        product: own.product,
        productSub: own.productSub,
        vendor: own.vendor,
        vendorSub: own.vendorSub,
        maxTouchPoints: own.maxTouchPoints,
        extraProperties: {
          vendorFlavors: ["chrome", "safari", "opr"].filter((name) => name in window),
          isBluetoothSupported: own.bluetooth !== undefined,
          globalPrivacyControl: own.globalPrivacyControl,
          pdfViewerEnabled: own.pdfViewerEnabled,
          installedApps: apps
        }
      },
      videoCodecs: {
        ogg: video.canPlayType('video/ogg; codecs="theora"'),
        h264: video.canPlayType('video/mp4; codecs="avc1.42E01E"'),
        webm: video.canPlayType('video/webm; codecs="vp8, vorbis"')
      },
      audioCodecs: {
        ogg: audio.canPlayType('audio/ogg; codecs="vorbis"'),
        mp3: audio.canPlayType("audio/mpeg"),
        wav: audio.canPlayType('audio/wav; codecs="1"'),
        m4a: audio.canPlayType("audio/x-m4a"),
        aac: audio.canPlayType("audio/aac")
      },
      pluginsData: {
        plugins: Array.from(own.plugins, ({ description, filename, length, name }) => ({
          name,
          description,
          filename,
          mimeTypes: length
        })),
        mimeTypes: Array.from(
          own.mimeTypes,
          ({ description, suffixes, type }) => `${description}~~${type}~~${suffixes}`
        )
      },
      battery: battery && {
        charging: battery.charging,
        chargingTime: battery.chargingTime,
        dischargingTime: battery.dischargingTime,
        level: battery.level
      },
      videoCard: {
        renderer: debug == null ? undefined : gl?.getParameter(debug.UNMASKED_RENDERER_WEBGL),
        vendor: debug == null ? undefined : gl?.getParameter(debug.UNMASKED_VENDOR_WEBGL)
      },
      multimediaDevices: {
        speakers: (devices ?? [])
          .filter(({ kind }) => kind === "audiooutput")
          .map(({ deviceId, groupId, kind, label }) => ({ deviceId, groupId, kind, label })),
        micros: (devices ?? [])
          .filter(({ kind }) => kind === "audioinput")
          .map(({ deviceId, groupId, kind, label }) => ({ deviceId, groupId, kind, label })),
        webcams: (devices ?? [])
          .filter(({ kind }) => kind === "videoinput")
          .map(({ deviceId, groupId, kind, label }) => ({ deviceId, groupId, kind, label }))
      },
      fonts: [
        "Arial",
        "Calibri",
        "Courier New",
        "DejaVu Sans",
        "Georgia",
        "Helvetica",
        "Helvetica Neue",
        "Liberation Sans",
        "Microsoft YaHei",
        "Noto Sans",
        "PingFang SC",
        "Roboto",
        "Segoe UI",
        "SimSun",
        "Tahoma",
        "Times New Roman",
        "Ubuntu",
        "Verdana"
      ].filter((name) => {
        if (pen === null) return false
        // A font that is not installed is as wide as the one that stands in for it.
        return ["monospace", "serif"].some((standIn) => {
          pen.font = `72px ${standIn}`
          const { width } = pen.measureText("mmmmmmmmmmlli")
          pen.font = `72px "${name}", ${standIn}`
          return pen.measureText("mmmmmmmmmmlli").width !== width
        })
      }),
      mockWebRTC: false
    }))
    .then(
      // As JSON has it: without what is undefined, and null for Infinity, which a full battery says.
      (read) => JSON.parse(JSON.stringify(read)) as unknown
    )
}
