// An inbound rule as a form edits it, and the calls that make a group's rules what the form says.
import type { IpPermission, SecurityGroupRule, SecurityGroupRuleRequest } from "@aws-sdk/client-ec2";
import { step, type Step } from "../ground/call";
import { ownAddress } from "../ground/session";
import { authorizeIngress, modifyRules, revokeIngress } from "./calls";

export type RuleType = "postgresql" | "tcp" | "all-tcp" | "all";
export type SourceKind = "my-ip" | "custom" | "anywhere-4" | "anywhere-6" | "group";

export interface EditedRule {
  id: string | undefined; // of a rule that is there
  type: RuleType;
  ports: string;
  source: SourceKind;
  cidr: string;
  group: string;
  description: string;
}

export const types: { value: RuleType; label: string; ports: string }[] = [
  { value: "postgresql", label: "PostgreSQL", ports: "5432" },
  { value: "tcp", label: "Custom TCP", ports: "" },
  { value: "all-tcp", label: "All TCP", ports: "0 - 65535" },
  { value: "all", label: "All traffic", ports: "All" },
];

export const sources: { value: SourceKind; label: string }[] = [
  { value: "custom", label: "Custom" },
  { value: "my-ip", label: "My IP" },
  { value: "anywhere-4", label: "Anywhere-IPv4" },
  { value: "anywhere-6", label: "Anywhere-IPv6" },
  { value: "group", label: "Security group" },
];

export const myCidr = ownAddress.includes(":") ? `${ownAddress}/128` : `${ownAddress}/32`;

export function newRule(): EditedRule {
  return { id: undefined, type: "postgresql", ports: "5432", source: "custom", cidr: "", group: "", description: "" };
}

export function typeOf(rule: SecurityGroupRule): RuleType {
  if (rule.IpProtocol === "-1") return "all";
  if (rule.FromPort === 5432 && rule.ToPort === 5432) return "postgresql";
  return rule.FromPort === 0 && rule.ToPort === 65535 ? "all-tcp" : "tcp";
}

export function portsOf(rule: SecurityGroupRule) {
  if (rule.IpProtocol === "-1") return "All";
  return rule.FromPort === rule.ToPort ? `${rule.FromPort}` : `${rule.FromPort} - ${rule.ToPort}`;
}

export function sourceOf(rule: SecurityGroupRule) {
  return rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.ReferencedGroupInfo?.GroupId ?? "-";
}

/** Rules of protocols that local AWS's databases do not speak are shown, and not edited. */
export function isEditable(rule: SecurityGroupRule) {
  return rule.IsEgress !== true && (rule.IpProtocol === "tcp" || rule.IpProtocol === "-1");
}

export function editedOf(rule: SecurityGroupRule): EditedRule {
  const group = rule.ReferencedGroupInfo?.GroupId ?? "";
  const cidr = rule.CidrIpv4 ?? rule.CidrIpv6 ?? "";
  const source = group !== "" ? "group" : cidr === "0.0.0.0/0" ? "anywhere-4" : cidr === "::/0" ? "anywhere-6" : "custom";
  return { id: rule.SecurityGroupRuleId, type: typeOf(rule), ports: portsOf(rule), source, cidr, group, description: rule.Description ?? "" };
}

function cidrOf(rule: EditedRule) {
  const written = rule.cidr.trim();
  if (rule.source === "my-ip") return myCidr;
  if (rule.source === "anywhere-4") return "0.0.0.0/0";
  if (rule.source === "anywhere-6") return "::/0";
  if (written === "" || written.includes("/")) return written;
  return written.includes(":") ? `${written}/128` : `${written}/32`;
}

function protocolOf(rule: EditedRule) {
  if (rule.type === "all") return { IpProtocol: "-1" };
  const [first = "", last = first] = rule.ports.split("-").map((each) => each.trim());
  return { IpProtocol: "tcp", FromPort: Number(first), ToPort: Number(last) };
}

/** What keeps the rule from being sent, if anything does. */
export function faultOf(rule: EditedRule): { ports?: string; source?: string } {
  const ports = rule.type === "all" || /^\s*\d{1,5}\s*(-\s*\d{1,5}\s*)?$/.test(rule.ports) ? {} : { ports: "A port, or two with a dash between them." };
  if (rule.source === "group") return rule.group === "" ? { ...ports, source: "Choose a security group." } : ports;
  return cidrOf(rule) === "" ? { ...ports, source: "An address, or a block in CIDR notation, such as 203.0.113.0/24." } : ports;
}

function requestOf(rule: EditedRule): SecurityGroupRuleRequest {
  const Description = rule.description.trim() || undefined;
  const cidr = cidrOf(rule);
  if (rule.source === "group") return { ...protocolOf(rule), ReferencedGroupId: rule.group, Description };
  return cidr.includes(":") ? { ...protocolOf(rule), CidrIpv6: cidr, Description } : { ...protocolOf(rule), CidrIpv4: cidr, Description };
}

function permissionOf(rule: EditedRule): IpPermission {
  const Description = rule.description.trim() || undefined;
  const cidr = cidrOf(rule);
  if (rule.source === "group") return { ...protocolOf(rule), UserIdGroupPairs: [{ GroupId: rule.group, Description }] };
  return cidr.includes(":") ? { ...protocolOf(rule), Ipv6Ranges: [{ CidrIpv6: cidr, Description }] } : { ...protocolOf(rule), IpRanges: [{ CidrIp: cidr, Description }] };
}

/** Removes, changes, then adds: what was removed may be added again in another form. */
export function stepsOf(group: string, before: EditedRule[], after: EditedRule[]): Step[] {
  const kept = new Set(after.map((each) => each.id));
  const removed = before.flatMap((each) => (each.id !== undefined && !kept.has(each.id) ? [each.id] : []));
  const changed = after.filter((each) => {
    const was = before.find((one) => one.id === each.id);
    return each.id !== undefined && was !== undefined && JSON.stringify(requestOf(was)) !== JSON.stringify(requestOf(each));
  });
  const added = after.filter((each) => each.id === undefined);
  const steps: Step[] = [];
  if (removed.length > 0) steps.push(step(revokeIngress, { GroupId: group, SecurityGroupRuleIds: removed }));
  if (changed.length > 0)
    steps.push(step(modifyRules, { GroupId: group, SecurityGroupRules: changed.map((each) => ({ SecurityGroupRuleId: each.id, SecurityGroupRule: requestOf(each) })) }));
  if (added.length > 0) steps.push(step(authorizeIngress, { GroupId: group, IpPermissions: added.map(permissionOf) }));
  return steps;
}
