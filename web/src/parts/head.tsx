import type { ComponentChildren } from "preact";
import { homeAddress } from "../address";
import { BackIcon } from "./icons";
import "./head.css";

interface HeadProps {
  title: string;
  back?: boolean;
  heading?: boolean;
  children?: ComponentChildren; // beside it
}

/** A page's title, and where it is not home the way back there. Not a heading where what is shown has that. */
export function Head({ title, back = false, heading = true, children }: HeadProps) {
  const Title = heading ? "h1" : "p";
  return (
    <div class="head">
      {back && (
        <a class="back" href={homeAddress()} aria-label="Back to the home feed">
          <BackIcon />
        </a>
      )}
      <Title class="head-title">{title}</Title>
      {children}
    </div>
  );
}
