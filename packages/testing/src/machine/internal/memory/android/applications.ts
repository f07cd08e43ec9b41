/** The applications of the model: a launcher, settings, notes, and a browser of a few pages. */
import { type Application, button, field, label, row } from "./application.js"

export const launcher: Application = {
  packageName: "com.android.launcher3",
  label: "Launcher",
  isSystem: true,
  isLaunchable: false,
  main: ".Launcher",
  make: (device) => ({
    ".Launcher": {
      scene: () => ({
        title: "Home",
        fixed: [],
        list: device.installed().map(({ label: text, packageName }) => ({
          kind: "icon",
          id: "icon",
          text,
          description: packageName,
          onTap: () => device.start(packageName)
        }))
      })
    }
  })
}

const systemInterface: Application = {
  packageName: "com.android.systemui",
  label: "System UI",
  isSystem: true,
  isLaunchable: false,
  main: ".Nothing",
  make: () => ({ ".Nothing": { scene: () => ({ title: "", fixed: [], list: [] }) } })
}

const topics = [
  "Network and internet",
  "Connected devices",
  "Apps",
  "Notifications",
  "Battery",
  "Storage",
  "Sound",
  "Display",
  "Wallpaper",
  "Accessibility",
  "Security",
  "Privacy",
  "Location",
  "Accounts",
  "Languages",
  "About phone"
]

const settings: Application = {
  packageName: "com.android.settings",
  label: "Settings",
  isSystem: true,
  isLaunchable: true,
  main: ".SettingsActivity",
  make: (device) => {
    let isDark = false
    const activities: Readonly<Record<string, string>> = {
      Apps: ".AppsActivity",
      Display: ".DisplayActivity",
      "About phone": ".AboutActivity"
    }
    return {
      ".SettingsActivity": {
        scene: () => ({
          title: "Settings",
          fixed: [],
          list: topics.map((topic) =>
            row("topic", topic, () => device.open(activities[topic] ?? ".EmptyActivity"))
          )
        })
      },
      ".AppsActivity": {
        scene: () => ({
          title: "Apps",
          fixed: [],
          list: device.installed().map(({ label: text }) => row("app", text))
        })
      },
      ".DisplayActivity": {
        scene: () => ({
          title: "Display",
          fixed: [],
          list: [
            {
              kind: "switch",
              id: "dark_theme",
              text: "Dark theme",
              isChecked: isDark,
              onTap: () => {
                isDark = !isDark
              }
            }
          ]
        })
      },
      ".AboutActivity": {
        scene: () => ({
          title: "About phone",
          fixed: [],
          list: [
            row("model", `Model: ${device.property("ro.product.model")}`),
            row("brand", `Brand: ${device.property("ro.product.brand")}`),
            row("version", `Android version: ${device.property("ro.build.version.release")}`)
          ]
        })
      },
      ".EmptyActivity": { scene: () => ({ title: "Nothing here", fixed: [], list: [] }) }
    }
  }
}

const notes: Application = {
  packageName: "com.example.notes",
  label: "Notes",
  isSystem: false,
  isLaunchable: true,
  main: ".MainActivity",
  make: (device) => {
    const kept: Array<string> = []
    let opened = 0
    const add = () => {
      const text = device.fieldText("input").trim()
      if (text === "") return
      kept.push(text)
      device.setField("input", "")
    }
    return {
      ".MainActivity": {
        submit: add,
        scene: () => ({
          title: "Notes",
          fixed: [field("input", "New note"), button("add", "Add", add)],
          list: kept.map((note, index) =>
            row("note", note, () => {
              opened = index
              device.open(".NoteActivity")
            })
          )
        })
      },
      ".NoteActivity": {
        scene: () => ({
          title: "Note",
          fixed: [],
          list: [
            label("text", kept[opened] ?? ""),
            button("delete", "Delete", () => {
              kept.splice(opened, 1)
              device.back()
            })
          ]
        })
      }
    }
  }
}

interface Page {
  readonly title: string
  readonly paragraphs: ReadonlyArray<string>
  readonly links: ReadonlyArray<readonly [text: string, address: string]>
}

const pages: Readonly<Record<string, Page>> = {
  "example.com": {
    title: "Example Domain",
    paragraphs: ["This page is part of the model of a phone."],
    links: [["A long article", "example.com/article"]]
  },
  "example.com/article": {
    title: "A long article",
    paragraphs: Array.from({ length: 60 }, (_, index) => `Paragraph ${index + 1}`),
    links: [["Back to the start", "example.com"]]
  }
}

const browser: Application = {
  packageName: "com.example.browser",
  label: "Browser",
  isSystem: false,
  isLaunchable: true,
  main: ".BrowserActivity",
  make: (device) => {
    let address = "example.com"
    const show = (next: string) => {
      address = next
      device.setField("address", next)
    }
    const go = () => show(device.fieldText("address").trim())
    const page = (): Page =>
      pages[address.replace(/^https?:\/\//, "").replace(/\/$/, "")] ?? {
        title: "Page not found",
        paragraphs: [`There is no page ${address}.`],
        links: []
      }
    return {
      ".BrowserActivity": {
        submit: go,
        scene: () => {
          const { links, paragraphs, title } = page()
          return {
            title,
            fixed: [field("address", "Address"), button("go", "Go", go)],
            list: [
              ...paragraphs.map((text) => label("paragraph", text)),
              ...links.map(([text, target]) => row("link", text, () => show(target)))
            ]
          }
        }
      }
    }
  }
}

export const preinstalled: ReadonlyArray<Application> = [launcher, systemInterface, settings, notes, browser]
