// The table of pages: an address leads to the first whose pattern it fits, and to the last where it fits none.
import type { PageModule } from "../router";
import * as about from "./about";
import * as activity from "./activity";
import * as confirm from "./confirm";
import * as followees from "./followees";
import * as followers from "./followers";
import * as following from "./following";
import * as forgot from "./forgot";
import * as home from "./home";
import * as messages from "./messages";
import * as conversation from "./messages_conversation";
import * as newMessage from "./messages_new";
import * as notifications from "./notifications";
import * as nowhere from "./nowhere";
import * as privacy from "./privacy";
import * as profile from "./profile";
import * as search from "./search";
import * as settings from "./settings";
import * as signIn from "./sign_in";
import * as signUp from "./sign_up";

export const pages: readonly PageModule[] = [
  home,
  following,
  search,
  notifications,
  messages,
  newMessage,
  conversation,
  activity,
  profile,
  followers,
  followees,
  settings,
  about,
  privacy,
  signUp,
  confirm,
  signIn,
  forgot,
  nowhere,
];
