/** How many people; empty is unknown, and unknown is not 0. */
export const VICTIMS = ["dead", "injured", "missing", "evacuated"] as const;
export const FINDINGS = ["cause", "damage", "actions", "hospital"] as const;

/** What a closing says, as a person types it. */
export type Closing = Record<"outcome" | (typeof VICTIMS)[number] | (typeof FINDINGS)[number], string>;

export function emptyClosing(): Closing {
  return {
    ...{ outcome: "", dead: "", injured: "", missing: "", evacuated: "" },
    ...{ cause: "", damage: "", actions: "", hospital: "" },
  };
}

/** A number of people, or nothing. */
export function isCount(text: string): boolean {
  return /^\d{0,6}$/.test(text.trim());
}

/** As the contract takes it, whether it is closed now or was closed on paper. */
export function closingRequest(form: Closing) {
  const count = (text: string) => (text.trim() === "" ? undefined : Number(text));
  return {
    outcomeCode: form.outcome,
    victims: {
      dead: count(form.dead),
      injured: count(form.injured),
      missing: count(form.missing),
      evacuated: count(form.evacuated),
    },
    cause: form.cause.trim(),
    damage: form.damage.trim(),
    actions: form.actions.trim(),
    hospital: form.hospital.trim(),
  };
}
