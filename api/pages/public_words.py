"""The steps of land clearance in plain words for a household: what it means, and what comes next."""

from __future__ import annotations

Pair = tuple[str, str]
_DRAFT: Pair = (
    "Đơn vị bồi thường lập phương án cho hộ của bạn, rồi niêm yết công khai và mời bạn góp ý.",
    "A compensation plan is made for you, posted in public, and you are asked for your opinion.",
)
_MONEY: Pair = (
    "Nhà nước ban hành quyết định thu hồi đất và chi trả tiền; sau đó bạn bàn giao đất đúng ngày trong quyết định.",
    "The recovery decision is issued and the money is paid; you then hand over the land on the day it names.",
)
MEANS: dict[str, tuple[Pair, Pair]] = {
    "S00": (
        (
            "Đất nằm trong ranh giới dự án nhưng chưa có thông báo thu hồi.",
            "The land lies within the project; no notice yet.",
        ),
        (
            "Phường, xã họp dân để nói rõ dự án, chính sách, nơi tái định cư dự kiến.",
            "The ward holds a meeting on the project and its policy.",
        ),
    ),
    "S10": (
        ("Phường, xã đã họp dân về dự án.", "The residents' meeting was held."),
        ("Bạn sẽ nhận thông báo thu hồi đất bằng văn bản.", "You will get a written notice of recovery."),
    ),
    "S20": (
        ("Thông báo thu hồi đất đã ban hành.", "The notice of recovery was issued."),
        (
            "Cán bộ đến đo đạc, kiểm đếm nhà đất, cây cối cùng bạn; giữ giấy tờ về đất để đối chiếu.",
            "Officers measure and count land, houses and plants with you; have your papers ready.",
        ),
    ),
    "S31": (
        (
            "Việc kiểm đếm chưa làm được; phường, xã đang gặp để giải thích.",
            "The inventory was not possible yet; the ward is talking with you.",
        ),
        (
            "Nếu bạn đồng ý kiểm đếm, hồ sơ đi tiếp ngay; nếu không, có thể có quyết định kiểm đếm bắt buộc.",
            "If you agree the case goes on at once; otherwise a compulsory inventory may be decided.",
        ),
    ),
    "S30": (
        ("Nhà đất đã được kiểm đếm.", "Land and houses were counted."),
        ("Phường, xã xác nhận nguồn gốc đất.", "The ward confirms the origin of the land."),
    ),
    "S40": (("Nguồn gốc đất đã được xác nhận.", "The origin of the land is confirmed."), _DRAFT),
    "S50": (
        ("Phương án bồi thường đã được dự thảo.", "The plan was drafted."),
        (
            "Phương án được niêm yết công khai ở phường, xã; bạn đến xem và góp ý.",
            "It is posted in public; read it and say what you think.",
        ),
    ),
    "S60": (
        ("Phương án đang được niêm yết công khai.", "The plan is posted in public."),
        (
            "Hết niêm yết, phường, xã mời họp lấy ý kiến; còn ý kiến khác thì đối thoại.",
            "Afterwards a meeting takes opinions; where some differ there is a dialogue.",
        ),
    ),
    "S61": (
        ("Đang đối thoại về phương án.", "A dialogue on the plan is going on."),
        (
            "Sau đối thoại, phương án được thẩm định rồi phê duyệt.",
            "The plan is then appraised and approved.",
        ),
    ),
    "S70": (
        ("Phương án đã được thẩm định.", "The plan was appraised."),
        (
            "Phường, xã phê duyệt phương án và gửi quyết định đến bạn.",
            "The ward approves the plan and sends you the decision.",
        ),
    ),
    "S80": (("Phương án đã được phê duyệt.", "The plan is approved."), _MONEY),
    "S85": (("Đã có nơi tái định cư hoặc tạm cư cho hộ.", "A new or temporary home is arranged."), _MONEY),
    "S90": (
        ("Đã có quyết định thu hồi đất.", "The recovery decision is issued."),
        (
            "Bạn nhận tiền và bàn giao đất đúng ngày trong quyết định.",
            "You are paid and hand over the land on the day in the decision.",
        ),
    ),
    "S95": (
        ("Phường, xã đang vận động bàn giao đất.", "The ward asks you to hand over."),
        ("Bàn giao xong thì không phải cưỡng chế.", "After a handover nothing has to be enforced."),
    ),
    "S100": (
        ("Đất đã bàn giao.", "The land is handed over."),
        ("Phường, xã bàn giao mặt bằng cho chủ đầu tư.", "The ward hands the site to the investor."),
    ),
    "S105": (
        ("Mặt bằng đã giao cho chủ đầu tư.", "The investor holds the site."),
        ("Không còn bước nào chờ bạn.", "Nothing more waits for you."),
    ),
    "X1": (
        ("Hồ sơ tạm dừng.", "The case is paused."),
        ("Phường, xã sẽ báo khi làm tiếp.", "The ward will tell you when it goes on."),
    ),
    "X2": (
        ("Đất đã ra khỏi ranh giới dự án.", "The land is no longer within the project."),
        ("Không còn bước nào chờ bạn.", "Nothing more waits for you."),
    ),
}
ASK_WARD: tuple[Pair, Pair] = (
    ("Hồ sơ đang được xử lý theo bước nêu trên.", "The case is being dealt with at the step above."),
    ("Phường, xã sẽ báo bước tiếp theo bằng văn bản.", "The ward tells you the next step in writing."),
)
SCORES: dict[str, Pair] = {
    "5": ("Rất hài lòng", "Very satisfied"),
    "4": ("Hài lòng", "Satisfied"),
    "3": ("Bình thường", "Neither"),
    "2": ("Chưa hài lòng", "Not satisfied"),
    "1": ("Rất không hài lòng", "Not at all satisfied"),
}
