import { replayModule } from "./support/suite.js"

replayModule("session")
replayModule("session.context")
replayModule("command")
replayModule("code")
