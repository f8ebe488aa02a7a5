import { lang, t, tw } from "../i18n/index.ts";
import type { Command } from "../lib/commands.svelte.ts";
import { router } from "../lib/router.svelte.ts";
import { screensOf } from "../lib/screens.ts";
import { session } from "../lib/session.svelte.ts";
import { sound } from "../lib/sound.svelte.ts";
import { theme } from "../lib/theme.svelte.ts";

/** What works on every screen. */
export function shellCommands(open: { commands: () => void; keys: () => void }): Command[] {
  const isIn = () => session.state === "in";
  return [
    {
      id: "shell.commands",
      combo: "Ctrl+k",
      label: () => t("cmd.key"),
      keyOnly: true,
      run: open.commands,
      when: isIn,
    },
    {
      id: "shell.keys",
      combo: "?",
      label: () => t("keysAll"),
      words: () => t("cmd.keysWords"),
      run: open.keys,
    },
    {
      id: "shell.language",
      label: () => t("cmd.language"),
      words: () => t("cmd.languageWords"),
      run: () => lang.set(lang.current === "id" ? "en" : "id"),
    },
    {
      id: "shell.theme",
      label: () => t("cmd.theme"),
      words: () => t("cmd.themeWords"),
      says: () => (theme.current === "dark" ? t("bar.toLight") : t("bar.toDark")),
      run: () => theme.toggle(),
    },
    {
      id: "shell.sound",
      label: () => (sound.mutedUntil > 0 ? t("cmd.soundOn") : t("cmd.sound")),
      run: () => (sound.mutedUntil > 0 ? sound.unmute() : sound.mute()),
    },
    ...["/operator", "/supervisor", "/hub", "/admin"].map((path) => ({
      id: `screen.${path}`,
      label: () => t("cmd.screen", { name: tw("screen", path) }),
      run: () => router.go(path),
      when: () => path !== router.path && screensOf(session.account?.role ?? 0).includes(path),
    })),
  ];
}
