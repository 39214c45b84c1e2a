"""The lesser resources: their operations, a row each, and the machines of those that have states.

Source: api-facts §2.2 (second half of its table) and §12. A row that §12 does not document is tagged "?" and is
asserted of nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from amazonpay_conformance.model.machine import Machine, State, Transition
from amazonpay_conformance.model.operation import Kind, Operation, ResourceKind

T = Transition

# A row a line, whatever its length: these tables are read against Amazon's pages.
# fmt: off

_ROWS = (
    #         id                         title                      method    path                                     success          target                returns               key    body   requirement source                                  tag
    Operation("get_buyer",               "Get Buyer",               "GET",    "/buyers/{id}",                          (200,),          "Buyer",              "Buyer",              False, False, "RES-001", "§2.2, §3.5, §12",                        "S"),
    Operation("create_delivery_tracker", "Create Delivery Tracker", "POST",   "/deliveryTrackers",                     (200,),          None,                 "DeliveryTracker",    False, True,  "RES-002", "§2.2, §12",                              "S"),
    Operation("get_authorization_token", "Get Authorization Token", "GET",    "/authorizationTokens/{id}",             (200,),          "AuthorizationToken", "AuthorizationToken", False, False, "RES-003", "§2.2, §12",                              "S", has_query=True),
    Operation("get_reports",             "Get Reports",             "GET",    "/reports",                              (200,),          None,                 "Report",             False, False, "RES-004", "§2.2, §12",                              "D", answer="objects/reports", has_query=True),
    Operation("get_report",              "Get Report By Id",        "GET",    "/reports/{id}",                         (200,),          "Report",             "Report",             False, False, "RES-005", "§2.2, §12",                              "S"),
    Operation("create_report",           "Create Report",           "POST",   "/reports",                              (201,),          None,                 "Report",             True,  True,  "RES-006", "§2.2, §12",                              "D", answer="objects/report-created"),
    Operation("get_report_document",     "Get Report Document",     "GET",    "/report-documents/{id}",                (200,),          "ReportDocument",     "ReportDocument",     False, False, "RES-007", "§2.2, §12",                              "S"),
    Operation("get_report_schedules",    "Get Report Schedules",    "GET",    "/report-schedules",                     (200,),          None,                 "ReportSchedule",     False, False, "RES-008", "§2.2, §12",                              "S", answer="objects/report-schedules"),
    Operation("get_report_schedule",     "Get Report Schedule",     "GET",    "/report-schedules/{id}",                (200,),          "ReportSchedule",     "ReportSchedule",     False, False, "RES-009", "§2.2, §12",                              "S"),
    Operation("create_report_schedule",  "Create Report Schedule",  "POST",   "/report-schedules",                     (201, 200),      None,                 "ReportSchedule",     True,  True,  "RES-010", "§2.2, §13.19",                           "S", answer="objects/report-schedule-created"),
    Operation("cancel_report_schedule",  "Cancel Report Schedule",  "DELETE", "/report-schedules/{id}",                (200,),          "ReportSchedule",     None,                 False, False, "RES-011", "§2.2",                                   "S"),
    Operation("get_disbursements",       "Get Disbursements",       "GET",    "/disbursements",                        (200,),          None,                 "Disbursement",       False, False, "RES-012", "§2.2",                                   "S", answer="objects/disbursements", has_query=True),
    Operation("create_merchant_account", "Create Merchant Account", "POST",   "/merchantAccounts",                     (201,),          None,                 "MerchantAccount",    True,  True,  "RES-013", "§2.2, §12",                              "S"),
    Operation("update_merchant_account", "Update Merchant Account", "PATCH",  "/merchantAccounts/{id}",                (202,),          "MerchantAccount",    None,                 False, True,  "RES-014", "§2.2",                                   "S"),
    Operation("delete_merchant_account", "Delete Merchant Account", "DELETE", "/merchantAccounts/{id}",                (204,),          "MerchantAccount",    None,                 False, False, "RES-015", "§2.2",                                   "S"),
    Operation("claim_merchant_account",  "Claim Merchant Account",  "POST",   "/merchantAccounts/{id}/claim",          (303, 200),      "MerchantAccount",    None,                 False, True,  "RES-016", "§2.2",                                   "S"),
    Operation("create_store",            "Create Store",            "POST",   "/merchantAccounts/{id}/stores",         (201, 200, 202), "MerchantAccount",    None,                 True,  True,  "RES-017", "§2.2 (with which status is not said)",   "S"),
    Operation("update_store",            "Update Store",            "PATCH",  "/merchantAccounts/{id}/stores/{id}",    (200, 202),      "Store",              None,                 False, True,  "RES-018", "§2.2 (with which status is not said)",   "S"),
    Operation("create_dispute",          "Create Dispute",          "POST",   "/disputes",                             (200,),          None,                 "Dispute",            True,  True,  "RES-019", "§2.2, §12",                              "S"),
    Operation("get_dispute",             "Get Dispute",             "GET",    "/disputes/{id}",                        (200,),          "Dispute",            "Dispute",            False, False, "RES-020", "§2.2, §12",                              "S"),
    Operation("update_dispute",          "Update Dispute",          "PATCH",  "/disputes/{id}",                        (200,),          "Dispute",            "Dispute",            False, True,  "RES-021", "§2.2, §12",                              "S"),
    Operation("contest_dispute",         "Contest Dispute",         "POST",   "/disputes/{id}/contest",                (200,),          "Dispute",            "Dispute",            False, True,  "RES-022", "§2.2, §12",                              "S"),
    Operation("upload_file",             "Upload File",             "POST",   "/files",                                (200,),          None,                 "File",               True,  True,  "RES-023", "§2.2, §12",                              "S"),
)

REPORT = Machine(
    "Report",
    states=(
        State("IN_PROGRESS", ("get_report",), source="§12 [D][S]"),
        State("COMPLETED", ("get_report",), source="§12 [D][S]", terminal=True),
        State("FAILED", ("get_report",), source="§12 [D][S]", terminal=True),
        State("CANCELLED", ("get_report",), source="§12 [D][S]", terminal=True),
    ),
    transitions=(
        T("RES-T01", None, "create_report", "IN_PROGRESS", cite="§12", tag="?"),
        T("RES-T02", "IN_PROGRESS", "report_is_processed", "COMPLETED", spontaneous=True, cite="§12", tag="?"),
        T("RES-T03", "IN_PROGRESS", "report_is_processed", "FAILED", guard="FAILED", spontaneous=True, cite="§12", tag="?"),
        T("RES-T04", "IN_PROGRESS", "report_is_processed", "CANCELLED", guard="CANCELLED", spontaneous=True, cite="§12", tag="?"),
    ),
)

_REASONS = (  # which of them goes with which state is not said
    "MerchantResponseRequired", "MerchantAdditionalEvidencesRequired", "BuyerAdditionalEvidencesRequired", "MerchantAcceptedDispute",
    "MerchantResponseDeadlineExpired", "BuyerCancelled", "InvestigatorResolved", "AutoResolved", "ChargebackFiled",
)

DISPUTE = Machine(
    "Dispute",
    states=(
        State("ActionRequired", ("get_dispute", "update_dispute", "contest_dispute"), _REASONS, source="§12 [S]"),
        State("UnderReview", ("get_dispute", "update_dispute", "contest_dispute"), _REASONS, source="§12 [S]"),
        State("Resolved", ("get_dispute", "update_dispute"), _REASONS, source="§12 [S]"),
        State("Closed", ("get_dispute",), _REASONS, source="§12 [S]", terminal=True),
    ),
    # Create and Update say themselves which state it is to be: the guard. What Amazon decides is not documented.
    transitions=(
        T("RES-T10", None, "create_dispute", "ActionRequired", guard="ActionRequired", cite="§12", tag="?"),
        T("RES-T11", None, "create_dispute", "UnderReview", guard="UnderReview", cite="§12", tag="?"),
        T("RES-T12", None, "create_dispute", "Resolved", guard="Resolved", cite="§12", tag="?"),
        T("RES-T13", None, "create_dispute", "Closed", guard="Closed", cite="§12", tag="?"),
        T("RES-T14", "ActionRequired", "update_dispute", "ActionRequired", guard="ActionRequired", cite="§12", tag="?"),
        T("RES-T15", "ActionRequired", "update_dispute", "UnderReview", guard="UnderReview", cite="§12", tag="?"),
        T("RES-T16", "ActionRequired", "update_dispute", "Resolved", guard="Resolved", cite="§12", tag="?"),
        T("RES-T17", "ActionRequired", "update_dispute", "Closed", guard="Closed", cite="§12", tag="?"),
        T("RES-T18", "UnderReview", "update_dispute", "ActionRequired", guard="ActionRequired", cite="§12", tag="?"),
        T("RES-T19", "UnderReview", "update_dispute", "UnderReview", guard="UnderReview", cite="§12", tag="?"),
        T("RES-T20", "UnderReview", "update_dispute", "Resolved", guard="Resolved", cite="§12", tag="?"),
        T("RES-T21", "UnderReview", "update_dispute", "Closed", guard="Closed", cite="§12", tag="?"),
        T("RES-T22", "Resolved", "update_dispute", "ActionRequired", guard="ActionRequired", cite="§12", tag="?"),
        T("RES-T23", "Resolved", "update_dispute", "UnderReview", guard="UnderReview", cite="§12", tag="?"),
        T("RES-T24", "Resolved", "update_dispute", "Resolved", guard="Resolved", cite="§12", tag="?"),
        T("RES-T25", "Resolved", "update_dispute", "Closed", guard="Closed", cite="§12", tag="?"),
        T("RES-T26", "ActionRequired", "contest_dispute", "UnderReview", cite="§12", tag="?"),
        T("RES-T27", "UnderReview", "contest_dispute", "UnderReview", cite="§12", tag="?"),
    ),
)

# fmt: on

RESOURCE_OPERATIONS: Mapping[str, Operation] = {row.id: row for row in _ROWS}
"""The operations of the lesser resources by id."""

RESOURCE_MACHINES: Mapping[str, Machine] = {"Report": REPORT, "Dispute": DISPUTE}
"""The machines by the kind that they belong to; the other kinds have no states on the wire."""

RESOURCE_ID_FIELDS: Mapping[Kind, str] = {
    "Report": "reportId",
    "ReportDocument": "reportDocumentId",
    "ReportSchedule": "reportScheduleId",
    "MerchantAccount": "merchantAccountId",
    "Store": "storeId",
    "Dispute": "disputeId",
    "File": "id",
}
"""Where an answer tells the id by which an object is asked for. Source: api-facts §2.2, §12."""

GIVEN: tuple[ResourceKind, ...] = ("Buyer", "AuthorizationToken", "ReportDocument", "Store")
"""Kinds that no call creates, or whose id no documented answer tells: there may be some unknown to the kit."""

LASTING = frozenset(
    {"create_report_schedule", "create_merchant_account", "create_store", "create_dispute", "upload_file"}
)
"""Operations that leave something behind for good, which a real service is spared."""

SANDBOX_REPORT_TYPE = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
"""The one report type of the sandbox. Source: api-facts §12 [S][D]."""
