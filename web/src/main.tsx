import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { begin } from "./session";
import "./styles.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
void begin();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
