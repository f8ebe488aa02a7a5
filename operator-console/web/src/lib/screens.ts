import { Role } from "../gen/siaga/v1/common_pb.ts";

/** The screens a role works on, its home first; the server decides what each may see and do there. */
const SCREENS: Partial<Record<Role, readonly string[]>> = {
  [Role.OPERATOR]: ["/operator"],
  // A supervisor also works at a desk.
  [Role.SUPERVISOR]: ["/supervisor", "/operator", "/hub"],
  [Role.AGENCY_DISPATCHER]: ["/agency"],
  [Role.FIELD_UNIT]: ["/unit"],
  [Role.HUB_ANALYST]: ["/hub"],
  [Role.ADMINISTRATOR]: ["/admin", "/hub"],
};

/** Further pages that a role may open, without a place among its screens. */
const ALSO: Partial<Record<Role, readonly string[]>> = {
  [Role.OPERATOR]: ["/paper"],
  [Role.SUPERVISOR]: ["/supervisor/wall", "/supervisor/reports", "/supervisor/replay", "/paper"],
};

export function screensOf(role: Role): readonly string[] {
  return SCREENS[role] ?? [];
}

export function homeOf(role: Role): string | undefined {
  return screensOf(role)[0];
}

/** Whether a role has business on a screen: showing it an empty one would only puzzle. */
export function mayOpen(role: Role, path: string): boolean {
  return screensOf(role).includes(path) || (ALSO[role]?.includes(path) ?? false);
}
