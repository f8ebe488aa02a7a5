//! Which role may call which RPC, and in which lane it runs. A test lists all RPCs of the contract and fails for one
//! that is missing here; an RPC without a rule is refused.

use crate::writer::Lane;
use siaga_domain::Role;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// No credential needed.
    Anybody,
    /// Everybody with a credential.
    SignedIn,
    /// These roles.
    Roles(&'static [Role]),
}

/// One RPC's rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `Service/Method`, without the package.
    pub rpc: &'static str,
    /// Who may call it.
    pub who: Who,
    /// Where its command waits.
    pub lane: Lane,
}

const CENTRE: Who = Who::Roles(&[Role::Operator, Role::Supervisor]);
const SUPERVISION: Who = Who::Roles(&[Role::Supervisor, Role::Administrator]);
const ADMINISTRATION: Who = Who::Roles(&[Role::Administrator]);
/// Steps of an assignment: the agency, its crews, and operators on their behalf. Whose assignment it is, is a matter
/// of [`super::scope`].
const WORK: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::AgencyDispatcher, Role::FieldUnit]);
/// Administrators see what units there are, without their work.
const UNITS: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::AgencyDispatcher, Role::FieldUnit, Role::Administrator]);
const AGENCY_DESK: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::AgencyDispatcher]);
/// Everybody but machines: what stands on a public map is no secret, and no gateway needs it.
const PEOPLE: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::AgencyDispatcher,
    Role::FieldUnit,
    Role::HubAnalyst,
    Role::Administrator,
]);
/// Figures without names; of sensitive types only together, except for the supervisor.
const FIGURES: Who = Who::Roles(&[Role::Supervisor, Role::Administrator, Role::HubAnalyst]);
const GATEWAY: Who = Who::Roles(&[Role::Gateway]);

const fn emergency(rpc: &'static str, who: Who) -> Rule {
    Rule { rpc, who, lane: Lane::Emergency }
}

const fn routine(rpc: &'static str, who: Who) -> Rule {
    Rule { rpc, who, lane: Lane::Routine }
}

/// All rules.
pub const RULES: &[Rule] = &[
    emergency("AccessService/SignIn", Who::Anybody),
    emergency("AccessService/SignOut", Who::SignedIn),
    emergency("AccessService/WhoAmI", Who::SignedIn),
    routine("AccessService/ChangePassword", Who::SignedIn),
    routine("AccessService/CreateAccount", ADMINISTRATION),
    routine("AccessService/UpdateAccount", ADMINISTRATION),
    routine("AccessService/ResetPassword", ADMINISTRATION),
    emergency("AccessService/DisableAccount", ADMINISTRATION),
    routine("AccessService/EnableAccount", ADMINISTRATION),
    routine("AccessService/ListAccounts", Who::Roles(&[Role::Operator, Role::Supervisor, Role::Administrator])),
    routine("AccessService/CreateToken", ADMINISTRATION),
    emergency("AccessService/RevokeToken", ADMINISTRATION),
    routine("AccessService/ListTokens", ADMINISTRATION),
    emergency("CallService/RingCall", CENTRE),
    emergency("CallService/AnswerCall", CENTRE),
    emergency("CallService/HoldCall", CENTRE),
    emergency("CallService/ResumeCall", CENTRE),
    emergency("CallService/EndCall", CENTRE),
    emergency("CallService/RecordCallBack", CENTRE),
    emergency("CallService/SetDisposition", CENTRE),
    emergency("CallService/IdentifyCaller", CENTRE),
    emergency("CallService/AttachCall", CENTRE),
    emergency("CallService/GetCall", CENTRE),
    emergency("CallService/GetCallerHistory", CENTRE),
    emergency("CallService/SetDutyState", AGENCY_DESK),
    emergency("CallService/HandOverShift", CENTRE),
    emergency("IncidentService/OpenIncident", CENTRE),
    // A form of yesterday waits for what happens now.
    routine("IncidentService/EnterPaperForm", CENTRE),
    emergency("IncidentService/EditIncident", CENTRE),
    emergency("IncidentService/VerifyPlace", CENTRE),
    emergency("IncidentService/ClassifyIncident", CENTRE),
    emergency("IncidentService/AddNote", WORK),
    // Large, and nobody waits for them: no photo comes before a call.
    routine("IncidentService/AddPhoto", WORK),
    routine("IncidentService/GetPhoto", WORK),
    emergency("IncidentService/CancelIncident", CENTRE),
    emergency("IncidentService/MergeIncident", CENTRE),
    emergency("IncidentService/LinkIncidents", CENTRE),
    emergency("IncidentService/HandOverToCentre", CENTRE),
    emergency("IncidentService/AssignOwner", CENTRE),
    emergency("IncidentService/CloseIncident", CENTRE),
    emergency("IncidentService/ReopenIncident", CENTRE),
    routine("IncidentService/ReportViewing", CENTRE),
    emergency("IncidentService/GetIncident", CENTRE),
    routine("IncidentService/SearchIncidents", CENTRE),
    routine("IncidentService/GetReport", AGENCY_DESK),
    routine("IncidentService/ErasePersonalData", SUPERVISION),
    routine("IncidentService/SetLegalHold", SUPERVISION),
    emergency("DispatchService/DispatchIncident", CENTRE),
    emergency("DispatchService/WithdrawAssignment", CENTRE),
    emergency("DispatchService/ShareCaller", CENTRE),
    emergency("DispatchService/RecordReceipt", Who::Roles(&[Role::AgencyDispatcher, Role::FieldUnit])),
    emergency("DispatchService/AcknowledgeAssignment", AGENCY_DESK),
    emergency("DispatchService/ConfirmReadiness", AGENCY_DESK),
    emergency("DispatchService/AcceptAssignment", AGENCY_DESK),
    emergency("DispatchService/DeclineAssignment", AGENCY_DESK),
    emergency("DispatchService/AssignUnits", AGENCY_DESK),
    emergency("DispatchService/ReleaseUnit", AGENCY_DESK),
    emergency("DispatchService/DivertUnit", AGENCY_DESK),
    emergency("DispatchService/ReportStatus", WORK),
    emergency("DispatchService/CorrectStatus", WORK),
    emergency("DispatchService/RequestHelp", WORK),
    // Desk to desk. A crew drives, and says what it has to say with its statuses and notes.
    emergency("DispatchService/SendMessage", AGENCY_DESK),
    emergency("DispatchService/MarkMessagesRead", AGENCY_DESK),
    emergency("UnitService/ListUnits", UNITS),
    emergency("UnitService/SetUnitService", WORK),
    routine("UnitService/UpdateUnit", AGENCY_DESK),
    routine("UnitService/ReportPosition", Who::Roles(&[Role::AgencyDispatcher, Role::FieldUnit])),
    emergency("AlarmService/ListAlarms", CENTRE),
    emergency("AlarmService/TakeAlarm", CENTRE),
    emergency("CatalogService/GetCatalog", Who::SignedIn),
    emergency("CatalogService/LocatePoint", WORK),
    emergency("CatalogService/SearchPlaces", WORK),
    routine("CatalogService/GetMapData", PEOPLE),
    routine("SetupService/GetCatalogSection", ADMINISTRATION),
    routine("SetupService/UpdateCatalogSection", ADMINISTRATION),
    routine("SetupService/RestoreCatalogSection", ADMINISTRATION),
    routine("SetupService/ListCatalogVersions", ADMINISTRATION),
    routine("SetupService/RegisterUnit", ADMINISTRATION),
    routine("AuditService/SearchAudit", ADMINISTRATION),
    emergency("FeedService/Follow", GATEWAY),
    emergency("FeedService/OpenView", Who::SignedIn),
    emergency("FeedService/ReportPresence", GATEWAY),
    routine("HubDeliveryService/LeaseDeliveries", GATEWAY),
    routine("HubDeliveryService/RecordDelivery", GATEWAY),
    routine(
        "HubDeliveryService/GetDeliveryState",
        Who::Roles(&[Role::Operator, Role::Supervisor, Role::Administrator, Role::HubAnalyst]),
    ),
    routine("HubDeliveryService/ReplayDelivery", SUPERVISION),
    routine("HubDeliveryService/SkipDelivery", SUPERVISION),
    routine("StatisticsService/GetServiceLevels", FIGURES),
    routine("StatisticsService/GetCallVolume", FIGURES),
    routine("StatisticsService/GetActivity", FIGURES),
    routine("StatisticsService/ExportActivity", FIGURES),
    routine("StatisticsService/GetActivityReport", FIGURES),
    // Leads to single calls and cases.
    routine("StatisticsService/ListFigure", Who::Roles(&[Role::Supervisor])),
    // The past of the boards; administrators keep the house, and have no board.
    routine("ReplayService/GetReplay", Who::Roles(&[Role::Supervisor])),
];

/// The rule of a gRPC path, e.g. `/siaga.v1.CallService/AnswerCall`.
pub fn rule_of(path: &str) -> Option<&'static Rule> {
    let rpc = path.strip_prefix("/siaga.v1.")?;
    RULES.iter().find(|rule| rule.rpc == rpc)
}

impl Rule {
    /// A role may call it.
    pub fn allows(&self, role: Role) -> bool {
        match self.who {
            Who::Anybody | Who::SignedIn => true,
            Who::Roles(roles) => roles.contains(&role),
        }
    }
}

/// The WebSocket audiences a role may follow, as patterns; [`super::scope::audiences`] fills them in.
pub const AUDIENCES: &[(&str, &[Role])] = &[
    ("board", &[Role::Operator, Role::Supervisor]),
    ("agency:<own>", &[Role::AgencyDispatcher]),
    ("unit:<own>", &[Role::FieldUnit]),
];
