"""Papers and pictures of a case: the coded kinds of paper and the states of a virus scan, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

PHOTO = "ANH_HIEN_TRUONG"
OTHER = "KHAC"
# In the order in which a case meets them.
KINDS: Mapping[str, tuple[str, str]] = {
    PHOTO: ("Ảnh hiện trường", "Photo of the site"),
    "THONG_BAO": ("Thông báo thu hồi đất", "Notice of recovery"),
    "BB_HOP": ("Biên bản họp dân", "Minutes of the meeting"),
    "TO_KHAI": ("Tờ khai của hộ", "Declaration of the household"),
    "BB_KIEM_DEM": ("Biên bản kiểm đếm", "Inventory record"),
    "QD_KIEM_DEM_BB": ("Quyết định kiểm đếm bắt buộc", "Decision on compulsory inventory"),
    "XN_NGUON_GOC": ("Giấy xác nhận nguồn gốc đất", "Confirmation of land origin"),
    "GCN": ("Giấy chứng nhận quyền sử dụng đất", "Land-use right certificate"),
    "GIAY_TO_NHAN_THAN": ("Giấy tờ nhân thân", "Identity papers"),
    "BB_NIEM_YET": ("Biên bản niêm yết công khai", "Record of public posting"),
    "BB_DOI_THOAI": ("Biên bản đối thoại", "Minutes of the dialogue"),
    "PA_BOI_THUONG": ("Phương án bồi thường, hỗ trợ, tái định cư", "Compensation plan"),
    "QD_PHE_DUYET": ("Quyết định phê duyệt phương án", "Approval of the plan"),
    "QD_THU_HOI": ("Quyết định thu hồi đất", "Recovery decision"),
    "CHUNG_TU_CHI_TRA": ("Chứng từ chi trả", "Proof of payment"),
    "CHUNG_TU_GUI_TIEN": ("Chứng từ gửi tiền vào tài khoản tạm giữ", "Proof of deposit"),
    "BB_BOC_THAM": ("Biên bản bốc thăm, giao đất tái định cư", "Record of the plot draw"),
    "BB_BAN_GIAO": ("Biên bản bàn giao mặt bằng", "Handover record"),
    "BB_VAN_DONG": ("Biên bản vận động, thuyết phục", "Record of persuasion"),
    "QD_CUONG_CHE": ("Quyết định cưỡng chế", "Enforcement decision"),
    "DON_KHIEU_NAI": ("Đơn khiếu nại, kiến nghị", "Complaint or petition"),
    "QD_GIAI_QUYET": ("Quyết định giải quyết khiếu nại", "Decision on a complaint"),
    OTHER: ("Giấy tờ khác", "Other paper"),
}

CLEAN = "clean"
NOT_SCANNED = "not_configured"
SCANS: Mapping[str, tuple[str, str]] = {
    CLEAN: ("đã quét vi-rút, sạch", "scanned for viruses, clean"),
    NOT_SCANNED: ("chưa quét vi-rút: máy chủ chưa cấu hình", "not scanned for viruses: no scanner is set up"),
}
