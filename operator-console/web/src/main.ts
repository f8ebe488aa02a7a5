import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { lang } from "./i18n/index.ts";
import { clock } from "./lib/clock.svelte.ts";
import { theme } from "./lib/theme.svelte.ts";

theme.apply();
document.documentElement.lang = lang.current;
clock.start();

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
mount(App, { target });
