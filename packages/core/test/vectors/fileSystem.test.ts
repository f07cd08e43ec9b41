import { replayModule } from "./support/suite.js"

replayModule("fs")
