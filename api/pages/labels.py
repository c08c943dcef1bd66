"""Words on screen for the codes that the use cases return, as (Vietnamese, English) pairs."""

from __future__ import annotations

Pair = tuple[str, str]

LIGHT_SHORT: dict[str, Pair] = {
    "late": ("đỏ", "red"),
    "risk": ("vàng", "amber"),
    "ok": ("xanh", "teal"),
    "none": ("chưa có", "unassessed"),
}
LIGHT_LONG: dict[str, Pair] = {
    "late": ("chậm trên 30 ngày", "more than 30 days late"),
    "risk": ("chậm 1–30 ngày", "1–30 days late"),
    "ok": ("đúng hoặc sớm", "on time or early"),
    "none": ("chưa có tiến độ", "no schedule"),
}

# Step groups 1…7 of the map colours; index 0 is group 1.
GROUPS: tuple[Pair, ...] = (
    ("Chưa thông báo", "Not notified"),
    ("Đã thông báo thu hồi", "Notified of recovery"),
    ("Kiểm đếm, nguồn gốc đất", "Inventory, land origin"),
    ("Phương án, chưa duyệt", "Plan, not approved"),
    ("Đã duyệt phương án", "Plan approved"),
    ("Đã có quyết định thu hồi", "Recovery decided"),
    ("Đã bàn giao", "Handed over"),
)

PROJECT_KINDS: dict[str, Pair] = {
    "road": ("Đường", "Road"),
    "bridge": ("Cầu", "Bridge"),
    "lakeside": ("Hồ, công viên", "Lake and park"),
    "site": ("Khu công trình", "Building site"),
    "programme": ("Chương trình", "Programme"),
}

NODE_KINDS: dict[str, Pair] = {
    "task": ("thi công", "works"),
    "milestone": ("mốc", "milestone"),
    "possession": ("bàn giao mặt bằng", "possession"),
    "case": ("hồ sơ GPMB", "clearance case"),
}

FORECAST_BASIS: dict[str, Pair] = {
    "actual": ("đã bàn giao", "handed over"),
    "promised": ("theo ngày hẹn", "promised date"),
    "lawful": ("ngày sớm nhất theo luật", "lawful earliest"),
    "pace": ("theo các bước còn lại", "by the steps left"),
}

FORECAST_SOURCES: dict[str, Pair] = {
    "actual": ("thực tế", "actual"),
    "promise": ("ngày hẹn", "promise"),
    "law": ("luật", "law"),
    "observed": ("nhịp quan sát", "observed pace"),
    "assumed": ("giả định", "assumption"),
    "obstacle": ("vướng mắc", "obstacle"),
    "plot": ("tái định cư", "resettlement"),
}

HOLDERS: dict[str, Pair] = {
    "household": ("hộ gia đình, cá nhân", "household"),
    "organisation": ("tổ chức", "organisation"),
}

SIDES: dict[str, Pair] = {
    "L": ("trái", "left"),
    "R": ("phải", "right"),
    "B": ("tim tuyến đi qua", "axis crosses it"),
}

# The marks of the fact sheet in words: how far a published figure was checked.
CONFIDENCE: dict[str, Pair] = {
    "V2": ("hai nguồn độc lập trở lên khớp nhau", "two or more independent sources agree"),
    "V": ("đọc trong một nguồn công khai", "read in one public source"),
    "E": ("ước tính, chưa có nguồn", "estimate, no source"),
    "I": ("suy ra từ nguồn khác", "inferred"),
    "U": ("chưa kiểm chứng", "not verified"),
}

WARD_BASIS: dict[str, Pair] = {
    "source": ("nguồn nêu tên", "named in a source"),
    "map": ("theo tuyến vẽ, chưa có nguồn", "from the drawn line, no source"),
}

EVENT_KINDS: dict[str, Pair] = {
    "case.step": ("Ghi bước", "Step recorded"),
    "case.edit": ("Sửa hồ sơ", "Case edited"),
    "case.correct": ("Đính chính", "Correction"),
    "paper.template": ("Đặt mẫu văn bản", "Words of a paper set"),
    "law.set": ("Đặt thiết lập pháp luật", "Law setting made"),
    "law.take_back": ("Bỏ thiết lập pháp luật", "Law setting taken back"),
    "filter.save": ("Giữ bộ lọc", "Filter kept"),
    "filter.rename": ("Đổi tên bộ lọc", "Filter renamed"),
    "filter.delete": ("Xoá bộ lọc", "Filter deleted"),
    "case.import": ("Nhập hồ sơ", "Case imported"),
    "parcels.import": ("Nhập thửa đất", "Parcels imported"),
    "parcels.locate": ("Đo lại lý trình", "Parcels located anew"),
    "alignments.import": ("Nhập tim tuyến", "Alignments imported"),
    "corridor.load": ("Nạp phạm vi GPMB", "Corridor loaded"),
    "takings.measured": ("Đo diện tích thu hồi", "Takings measured"),
    "parcels.attributes": ("Ghép danh sách vào thửa", "List joined to parcels"),
    "parcels.demo_removed": ("Bỏ dữ liệu minh hoạ", "Demo land removed"),
    "parcel.split": ("Tách thửa", "Parcel split"),
    "parcel.merge": ("Gộp thửa", "Parcels merged"),
    "parcel.renumber": ("Đổi số thửa", "Parcel renumbered"),
    "parcels.repair": ("Sửa hình thửa", "Shapes repaired"),
    "wards.import": ("Nhập ranh giới", "Boundaries imported"),
    "wards.history": ("Nhập lịch sử phường, xã", "History of wards imported"),
    "sender_profile.save": ("Lưu hồ sơ bên gửi", "Sender profile saved"),
    "portfolio.load": ("Nạp danh mục", "Portfolio loaded"),
    "portfolio.data_date": ("Đổi ngày số liệu", "Data date moved"),
    "holder.open": ("Mở trường được che", "Masked fields opened"),
    "holder.change": ("Sửa chủ sử dụng", "Holder changed"),
    "document.add": ("Thêm giấy tờ", "Paper added"),
    "document.open": ("Mở giấy tờ", "Paper opened"),
    "document.withdraw": ("Rút giấy tờ", "Paper withdrawn"),
    "party.add": ("Thêm người liên quan", "Party added"),
    "party.change": ("Sửa người liên quan", "Party changed"),
    "party.drop": ("Đưa người khỏi hồ sơ", "Party taken out"),
    "party.open": ("Mở trường được che", "Masked fields opened"),
    "inventory.add": ("Thêm mục kiểm kê", "Item added"),
    "inventory.change": ("Sửa mục kiểm kê", "Item changed"),
    "inventory.drop": ("Bỏ mục kiểm kê", "Item taken off"),
    "relocation.add": ("Kiểm đếm mộ, hạ tầng", "Grave or utility counted"),
    "relocation.move": ("Đổi tình trạng di dời", "Relocation moved on"),
    "compensation.add": ("Thêm dòng bồi thường", "Line added"),
    "compensation.change": ("Sửa dòng bồi thường", "Line changed"),
    "compensation.drop": ("Bỏ dòng bồi thường", "Line taken out"),
    "compensation.open": ("Mở số tiền", "Amounts opened"),
    "compensation.version": ("Lập phiên bản phương án", "Version of the plan begun"),
    "compensation.approve": ("Ghi phê duyệt phiên bản", "Version approved"),
    "plot.draw": ("Bốc thăm, giao lô", "Plot drawn"),
    "plot.hand": ("Bàn giao lô, căn", "Plot handed over"),
    "plot.release": ("Huỷ bố trí", "Plot released"),
    "stock.load": ("Nạp lô, căn tái định cư", "Plots loaded"),
    "records.demo": ("Tạo bản ghi minh hoạ", "Demo records made"),
    "proposal.add": ("Đề nghị", "Proposed"),
    "proposal.refused": ("Từ chối đề nghị", "Proposal refused"),
    "proposal.stale": ("Đề nghị hết hiệu lực", "Proposal overtaken"),
    "account.add": ("Lập tài khoản", "Account made"),
    "account.change": ("Sửa tài khoản", "Account changed"),
    "account.disable": ("Khoá tài khoản", "Account disabled"),
    "account.enable": ("Mở khoá tài khoản", "Account enabled"),
    "account.password": ("Đổi mật khẩu", "Password changed"),
    "account.password_reset": ("Đặt lại mật khẩu", "Password reset"),
    "account.session_end": ("Kết thúc phiên", "Session ended"),
    "account.token_add": ("Tạo mã truy cập", "Token made"),
    "account.token_end": ("Thu hồi mã truy cập", "Token revoked"),
    "account.delegate": ("Uỷ quyền", "Delegation"),
}

OBJECT_TYPES: dict[str, Pair] = {
    "lineage": ("Biến động thửa", "Lineage"),
    "case": ("Hồ sơ", "Case"),
    "holder": ("Chủ sử dụng", "Holder"),
    "document": ("Giấy tờ", "Document"),
    "obstacle": ("Vướng mắc", "Obstacle"),
    "contact": ("Nhật ký tiếp xúc", "Contacts log"),
    "complaint": ("Khiếu nại", "Complaint"),
    "party": ("Người liên quan", "Party"),
    "inventory": ("Kiểm kê", "Inventory"),
    "compensation": ("Bồi thường", "Compensation"),
    "plot": ("Lô, căn tái định cư", "Resettlement plot"),
    "relocation": ("Di dời", "Relocation"),
    "proposal": ("Đề nghị", "Proposal"),
    "account": ("Tài khoản", "Account"),
    "project": ("Dự án", "Project"),
    "portfolio": ("Danh mục", "Portfolio"),
    "import": ("Lần nhập thửa", "Parcel import"),
    "wards": ("Ranh giới phường, xã", "Ward boundaries"),
    "sender_profile": ("Hồ sơ bên gửi", "Sender profile"),
    "paper_template": ("Mẫu văn bản", "Template of a paper"),
    "law": ("Thiết lập pháp luật", "Law setting"),
}

# Fields of events that are not of a case.
EVENT_FIELDS: dict[str, Pair] = {
    "key": ("Mục", "Key"),
    "value": ("Giá trị", "Value"),
    "from_on": ("Áp dụng từ", "Counts from"),
    "page": ("Trang", "Page"),
    "query": ("Bộ lọc", "Filter"),
    "display_name": ("Họ tên", "Name"),
    "role": ("Vai trò", "Role"),
    "person": ("Mã người", "Person"),
    "organisation": ("Đơn vị", "Organisation"),
    "wards": ("Phường, xã", "Wards"),
    "projects": ("Dự án", "Projects"),
    "disabled": ("Đã khoá", "Disabled"),
    "session": ("Phiên", "Session"),
    "token": ("Mã truy cập", "Token"),
    "name": ("Tên", "Name"),
    "scopes": ("Được làm", "May"),
    "expires_at": ("Hết hạn", "Expires"),
    "taker": ("Người được uỷ quyền", "Acts on behalf"),
    "starts_on": ("Từ ngày", "From"),
    "ends_on": ("Đến ngày", "To"),
    "fields": ("Trường", "Fields"),
    "proposal": ("Đề nghị số", "Proposal"),
    "proposal_kind": ("Loại đề nghị", "Kind of proposal"),
    "data_date": ("Ngày số liệu", "Data date"),
    "on_behalf_of": ("Làm thay", "On behalf of"),
    "is_demo": ("Dữ liệu minh hoạ", "Demo data"),
    "source_crs": ("Hệ toạ độ", "Coordinate system"),
    "document": ("Giấy tờ số", "Document no."),
    "document_kind": ("Loại giấy tờ", "Kind of paper"),
    "number": ("Số văn bản", "Number"),
    "signed_on": ("Ngày ký", "Signed on"),
    "signer": ("Người ký", "Signer"),
    "title": ("Nội dung", "Title"),
    "bytes": ("Số byte", "Bytes"),
    "media_type": ("Dạng tệp", "Media type"),
    "copy": ("Bản", "Copy"),
    "sha256": ("Mã băm tệp", "File hash"),
    "files_sha256": ("Mã băm các tệp", "Hash of the files"),
    "matched": ("Khớp", "Matched"),
    "sender": ("Bên gửi", "Sender"),
    "format": ("Định dạng", "Format"),
    "options": ("Cách đọc", "Reading"),
    "columns": ("Cột", "Columns"),
    "fixed": ("Giá trị chung", "Values for all"),
    "layer": ("Lớp", "Layer"),
    "crs": ("Mã EPSG", "EPSG code"),
    "encoding": ("Bảng mã chữ", "Encoding"),
    "swapped": ("Đổi trục X/Y", "Axes exchanged"),
}

CASE_FIELDS: dict[str, Pair] = {
    "step": ("Bước", "Step"),
    "step_on": ("Ngày của bước", "Date of the step"),
    "effective_on": ("Ngày hiệu lực", "Effective date"),
    "promised_on": ("Ngày hẹn bàn giao", "Promised handover"),
    "document": ("Số văn bản", "Document number"),
    "obstacle": ("Vướng mắc", "Obstacle"),
    "reason": ("Lý do", "Reason"),
    "note": ("Ghi chú", "Note"),
    "on_behalf_of": ("Ghi thay cho", "On behalf of"),
    "version": ("Phiên bản", "Version"),
    "parcels": ("Số thửa", "Parcels"),
    "cases": ("Số hồ sơ", "Cases"),
    "filename": ("Tệp", "File"),
    "key": ("Khoá chống ghi trùng", "Idempotency key"),
}

# Units of published figures; a unit that is not here is shown in Vietnamese, marked as such.
UNITS_EN: dict[str, str] = {
    "ha": "ha",
    "m²": "m²",
    "m": "m",
    "km": "km",
    "hộ": "households",
    "thửa": "parcels",
    "thửa đất": "parcels",
    "phương án": "plans",
    "trường hợp": "cases",
    "hồ sơ": "cases",
    "tổ chức": "organisations",
    "mộ": "graves",
    "dự án": "projects",
    "tỷ đồng": "billion VND",
    "lô": "plots",
    "lô đất": "plots",
    "khu": "areas",
    "khu TĐC": "resettlement areas",
    "thông báo": "notices",
    "người": "people",
    "căn hộ": "apartments",
    "giường": "beds",
    "khu chung cư": "estates",
    "nhà chung cư": "apartment blocks",
    "công trình": "structures",
    "đoạn": "sections",
    "vị trí": "positions",
    "phường, xã": "wards, communes",
    "trụ": "piers",
    "cọc": "piles",
    "gói thầu": "packages",
    "điểm": "points",
    "%": "%",
}
