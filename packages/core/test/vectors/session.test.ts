import { replayModule } from "./support/suite.js"

replayModule("session")
replayModule("session.context")
replayModule("browser")
replayModule("command")
replayModule("code")
replayModule("computer")
replayModule("window")
replayModule("application")
replayModule("ui")
replayModule("git")
