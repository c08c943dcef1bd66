"""Code lists that a case or a parcel carries: obstacles (vướng mắc) and land-use codes.

Sources: fact sheet section 3 (obstacle categories) and section 4 (land codes of the cadastral circulars; the
code as delivered is kept, codes changed between TT 25/2014, TT 27/2018 and TT 08/2024).
"""

from __future__ import annotations

OBSTACLES: dict[str, tuple[str, str]] = {
    "NGUON_GOC": ("Nguồn gốc, loại đất, giấy tờ", "Land origin, type or papers"),
    "DON_GIA": ("Đơn giá, hệ số, chính sách", "Unit price, coefficient, policy"),
    "TAI_DINH_CU": ("Tái định cư thiếu, xa, chưa hoàn thiện", "Resettlement short, far or unfinished"),
    "DO_DAC": ("Sai lệch diện tích, đo lại", "Area differs, to be measured again"),
    "KHONG_PHOI_HOP": ("Không phối hợp, không liên lạc được", "Does not cooperate or cannot be reached"),
    "MO_MA": ("Mồ mả, nghĩa trang", "Graves, cemetery"),
    "HA_TANG": ("Hạ tầng kỹ thuật: điện, nước, viễn thông", "Utilities: power, water, telecom"),
    "TO_CHUC": (
        "Đất cơ quan, quốc phòng, tôn giáo, tài sản công",
        "Land of agencies, defence, religion, public assets",
    ),
    "QUY_HOACH": ("Điều chỉnh quy hoạch, phương án tuyến", "Planning or route change"),
    "CAT_XEN": ("Phần nhà còn lại, công trình bị cắt dở", "Remainder of a house, cut buildings"),
    "THUE_LAI": ("Người thuê, mượn chưa rời", "Tenants have not left"),
    "TAI_LAN_CHIEM": ("Tái lấn chiếm", "Re-encroachment"),
    "KHIEU_NAI": ("Khiếu nại, khởi kiện", "Complaint, lawsuit"),
    "VON": ("Thiếu vốn giải phóng mặt bằng", "Clearance money missing"),
    "NHAN_LUC": ("Thiếu nhân lực cấp xã", "Ward staff missing"),
}

AGRI = "agri"
NON_AGRI = "non_agri"

LAND_CODES: dict[str, tuple[str, str, str]] = {
    "LUC": ("Đất chuyên trồng lúa", "Paddy land", AGRI),
    "LUK": ("Đất trồng lúa còn lại", "Other rice land", AGRI),
    "LUN": ("Đất trồng lúa nương", "Upland rice", AGRI),
    "HNK": ("Đất trồng cây hằng năm khác", "Other annual crops", AGRI),
    "BHK": ("Đất bằng trồng cây hằng năm khác", "Annual crops on flat land", AGRI),
    "NHK": ("Đất nương rẫy trồng cây hằng năm khác", "Annual crops on hill land", AGRI),
    "CLN": ("Đất trồng cây lâu năm", "Perennial crops", AGRI),
    "RSX": ("Đất rừng sản xuất", "Production forest", AGRI),
    "RPH": ("Đất rừng phòng hộ", "Protection forest", AGRI),
    "RDD": ("Đất rừng đặc dụng", "Special-use forest", AGRI),
    "NTS": ("Đất nuôi trồng thuỷ sản", "Aquaculture", AGRI),
    "CNT": ("Đất chăn nuôi tập trung", "Livestock farming", AGRI),
    "NKH": ("Đất nông nghiệp khác", "Other agricultural land", AGRI),
    "ONT": ("Đất ở tại nông thôn", "Rural residential land", NON_AGRI),
    "ODT": ("Đất ở tại đô thị", "Urban residential land", NON_AGRI),
    "TSC": ("Đất xây dựng trụ sở cơ quan", "Government offices", NON_AGRI),
    "DVH": ("Đất xây dựng cơ sở văn hoá", "Cultural facilities", NON_AGRI),
    "DYT": ("Đất xây dựng cơ sở y tế", "Health facilities", NON_AGRI),
    "DGD": ("Đất xây dựng cơ sở giáo dục", "Education facilities", NON_AGRI),
    "TMD": ("Đất thương mại, dịch vụ", "Trade and services", NON_AGRI),
    "SKC": ("Đất cơ sở sản xuất phi nông nghiệp", "Non-agricultural production", NON_AGRI),
    "DGT": ("Đất giao thông", "Transport", NON_AGRI),
    "DTL": ("Đất thuỷ lợi", "Irrigation", NON_AGRI),
    "TON": ("Đất cơ sở tôn giáo", "Religious establishments", NON_AGRI),
    "TIN": ("Đất cơ sở tín ngưỡng", "Places of belief", NON_AGRI),
    "NTD": ("Đất nghĩa trang, nhà tang lễ", "Cemetery", NON_AGRI),
    "CQP": ("Đất quốc phòng", "Defence", NON_AGRI),
    "CAN": ("Đất an ninh", "Public security", NON_AGRI),
    "MNC": ("Đất có mặt nước chuyên dùng", "Water surface in special use", NON_AGRI),
    "SON": ("Đất sông, ngòi, kênh, rạch, suối", "Rivers, canals, streams", NON_AGRI),
    "BCS": ("Đất bằng chưa sử dụng", "Unused flat land", NON_AGRI),
    "DCS": ("Đất đồi núi chưa sử dụng", "Unused hill land", NON_AGRI),
    "NCS": ("Núi đá không có rừng cây", "Bare rocky mountain", NON_AGRI),
}


def land_kind(code: str) -> str:
    """'agri' or 'non_agri' of a land code, composite codes such as 'ONT+CLN' included.

    Anything that is not agricultural throughout counts as non-agricultural, because the headline notice clock
    of a mixed file is the later one (rule TB-07). Unknown codes count as non-agricultural too.
    """
    parts = [part.strip().upper() for part in code.split("+")]
    known = (LAND_CODES.get(part) for part in parts)
    return AGRI if all(entry is not None and entry[2] == AGRI for entry in known) else NON_AGRI
