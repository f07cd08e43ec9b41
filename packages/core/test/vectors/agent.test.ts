import { replayModule } from "./support/suite.js"

replayModule("agent")
replayModule("oss")
