// Line icons, drawn for 20 × 20. What they mean stands in words beside them.
import type { ComponentChildren } from "preact";
import "./icons.css";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const HomeIcon = () => (
  <Icon>
    <path d="M3 9.2 10 3l7 6.2V16a1 1 0 0 1-1 1h-3.6v-4.6H7.6V17H4a1 1 0 0 1-1-1z" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="8.8" cy="8.8" r="5.3" />
    <path d="m12.8 12.8 4.2 4.2" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="6.8" r="3.4" />
    <path d="M3.4 17c.8-3.4 3.4-5 6.6-5s5.8 1.6 6.6 5" />
  </Icon>
);

export const SignOutIcon = () => (
  <Icon>
    <path d="M12.5 3H5a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h7.5M8.5 10H17M14 6.8 17.2 10 14 13.2" />
  </Icon>
);

export const ReplyIcon = () => (
  <Icon>
    <path d="M10 3.5c4 0 7 2.6 7 6s-3 6-7 6c-.9 0-1.8-.1-2.6-.4L3.6 16.5l1-3.2C3.6 12.3 3 11 3 9.500c0-3.4 3-6 7-6z" />
  </Icon>
);

export const RepostIcon = () => (
  <Icon>
    <path d="M3.5 8.500V7.500a2.5 2.5 0 0 1 2.5-2.500h10M13.5 2.5 16 5l-2.5 2.500M16.5 11.500v1a2.5 2.5 0 0 1-2.5 2.500H4M6.5 17.5 4 15l2.5-2.5" />
  </Icon>
);

export const LikeIcon = () => (
  <Icon>
    <path d="M10 16.500S3.2 12.7 3.2 7.900A3.6 3.6 0 0 1 10 6.100a3.6 3.6 0 0 1 6.8 1.800c0 4.8-6.8 8.6-6.8 8.600z" />
  </Icon>
);

export const ShareIcon = () => (
  <Icon>
    <path d="M10 12.5v-10M6.5 5.500 10 2l3.5 3.500M4 10.500V16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1v-5.500" />
  </Icon>
);

export const BellIcon = () => (
  <Icon>
    <path d="M5 8.500a5 5 0 0 1 10 0c0 4.500 1.500 5.500 1.500 5.500h-13S5 13 5 8.500zM8.200 16.800a2 2 0 0 0 3.600 0" />
  </Icon>
);

export const MessageIcon = () => (
  <Icon>
    <path d="M3 5.500a1 1 0 0 1 1-1h12a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM3.500 6l6.500 5 6.500-5" />
  </Icon>
);

export const SettingsIcon = () => (
  <Icon>
    <path d="M3 6h7M14 6h3M3 14h3M10 14h7" />
    <circle cx="12" cy="6" r="2" />
    <circle cx="8" cy="14" r="2" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M4.500 10h.01M10 10h.01M15.500 10h.01" stroke-width="2.600" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="M16.5 10h-13M8.5 4.5 3 10l5.5 5.5" />
  </Icon>
);

export const UpIcon = () => (
  <Icon>
    <path d="M10 16.500v-13M4.5 8.5 10 3l5.5 5.5" />
  </Icon>
);

export const DownIcon = () => (
  <Icon>
    <path d="M10 3.500v13M4.5 11.500 10 17l5.500-5.500" />
  </Icon>
);

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" class="mark-ground" />
      <path d="M16 6a10 10 0 1 1-9.2 6.1" class="mark-ring" />
      <circle cx="16" cy="16" r="3.4" class="mark-dot" />
    </svg>
  );
}
