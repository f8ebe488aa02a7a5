import { Role } from "../gen/siaga/v1/common_pb.ts";

/** Which screen a role works on; the server decides what each may see and do there. */
const HOME: Partial<Record<Role, string>> = {
  [Role.OPERATOR]: "/operator",
  [Role.SUPERVISOR]: "/supervisor",
  [Role.AGENCY_DISPATCHER]: "/agency",
};

/** Further screens that a role may open: a supervisor also works at a desk. */
const ALSO: Partial<Record<Role, readonly string[]>> = {
  [Role.SUPERVISOR]: ["/supervisor/wall", "/operator"],
};

export function homeOf(role: Role): string | undefined {
  return HOME[role];
}

/** Whether a role has business on a screen: showing it an empty one would only puzzle. */
export function mayOpen(role: Role, path: string): boolean {
  return HOME[role] === path || (ALSO[role]?.includes(path) ?? false);
}
