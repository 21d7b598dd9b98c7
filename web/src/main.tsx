import { render } from "preact";
import "./base.css";
import "./parts/panel.css";
import "./parts/button.css";
import { beginAddress } from "./address";
import { App } from "./app";
import { beginKeys } from "./keys";
import { begin } from "./session";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
beginAddress();
beginKeys();
void begin();
root.replaceChildren(); // what the server wrote there: the page shows the same, and more
render(<App />, root);
