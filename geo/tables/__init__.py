"""All tables of the one database, by room. Units: metres of length and chainage, m² measured in EPSG:5897,
money in billion VND (tỷ đồng). Geometry is WGS 84 (EPSG:4326) for serving; a parcel also keeps the geometry
and the CRS that its file came in (design decision "Coordinates").
"""

from __future__ import annotations

from geo.tables.assignments import Assignment, BottleneckEntry, Conclusion
from geo.tables.axis import Alignment, Corridor, Section, Taking, WorkFront
from geo.tables.base import Base, Versioned
from geo.tables.desk import LawSetting, SavedFilter
from geo.tables.documents import CaseDocument, DocumentUpload
from geo.tables.facts import CaseFact
from geo.tables.follow import CaseComplaint, CaseContact, CaseObstacle
from geo.tables.history import Change, Event
from geo.tables.imports import ImportProposal, ImportUpload, ParcelLineage, ProposalParcel
from geo.tables.land import ClearanceCase, ImportBatch, Parcel, ParcelAlignment, ParcelFront
from geo.tables.network import Activity, Baseline, Link, ProjectNetwork
from geo.tables.papers import CasePaper, PaperTemplate
from geo.tables.people import (
    Account,
    AccountScope,
    ApiToken,
    Delegation,
    Holder,
    LoginSession,
    Proposal,
    RateWindow,
    SignIn,
)
from geo.tables.portfolio import (
    Claim,
    Component,
    Milestone,
    PortfolioState,
    Project,
    ProjectWard,
    ResettlementSite,
    Ward,
    WardHistory,
)
from geo.tables.records import (
    Allocation,
    CaseParty,
    CompensationLine,
    CompensationPlan,
    InventoryItem,
    Person,
    Relocation,
    ResettlementPlot,
)
from geo.tables.rhythm import CaseLookup, Notice, NoticePreference, Outgoing, Satisfaction, Snapshot
from geo.tables.scenarios import Scenario
from geo.tables.schedules import ScheduleImport
from geo.tables.senders import SenderProfile

__all__ = [
    "Account",
    "AccountScope",
    "Activity",
    "Alignment",
    "Allocation",
    "ApiToken",
    "Assignment",
    "Base",
    "Baseline",
    "BottleneckEntry",
    "CaseComplaint",
    "CaseContact",
    "CaseDocument",
    "CaseFact",
    "CaseLookup",
    "CaseObstacle",
    "CasePaper",
    "CaseParty",
    "Change",
    "Claim",
    "ClearanceCase",
    "CompensationLine",
    "CompensationPlan",
    "Component",
    "Conclusion",
    "Corridor",
    "Delegation",
    "DocumentUpload",
    "Event",
    "Holder",
    "ImportBatch",
    "ImportProposal",
    "ImportUpload",
    "InventoryItem",
    "LawSetting",
    "Link",
    "LoginSession",
    "Milestone",
    "Notice",
    "NoticePreference",
    "Outgoing",
    "PaperTemplate",
    "Parcel",
    "ParcelAlignment",
    "ParcelFront",
    "ParcelLineage",
    "Person",
    "PortfolioState",
    "Project",
    "ProjectNetwork",
    "ProjectWard",
    "Proposal",
    "ProposalParcel",
    "RateWindow",
    "Relocation",
    "ResettlementPlot",
    "ResettlementSite",
    "Satisfaction",
    "SavedFilter",
    "Scenario",
    "ScheduleImport",
    "Section",
    "SenderProfile",
    "SignIn",
    "Snapshot",
    "Taking",
    "Versioned",
    "Ward",
    "WardHistory",
    "WorkFront",
]
