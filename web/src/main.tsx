import { render } from "preact";
import "./base.css";
import "./parts/panel.css";
import "./parts/button.css";
import { App } from "./app";
import { begin } from "./session";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
void begin();
render(<App />, root);
