"""What each check is called, its limit in words, and what a failure means for whoever reads the dates."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """Name, limit and meaning of a check in both languages. `percent`: its value is a share."""

    name_vi: str
    name_en: str
    limit_vi: str
    limit_en: str
    means_vi: str
    means_en: str
    percent: bool = False


WORDS: dict[str, Words] = {
    "dcma-01": Words(
        "Đầu hở (thiếu việc trước hoặc việc sau)", "Open ends (missing predecessor or successor)",
        "≤ 5 % công việc chưa xong", "≤ 5 % of unfinished activities",
        "Việc hở đầu không đẩy và không bị việc nào đẩy: chậm ở đó không hiện ra ở ngày hoàn thành.",
        "An activity with an open end moves nothing and is moved by nothing: its delay never shows at completion.",
        True,
    ),
    "dcma-02": Words(
        "Độ trễ âm (lead)", "Leads (negative lags)", "0", "0",
        "Độ trễ âm cho việc sau bắt đầu trước khi việc trước xong theo một con số tự đặt, làm đường găng ngắn giả.",
        "A lead lets work begin before its predecessor ends by a number somebody chose; the path is too short.",
    ),
    "dcma-03": Words(
        "Độ trễ dương (lag)", "Lags", "≤ 5 % quan hệ", "≤ 5 % of links",
        "Độ trễ che một việc không có tên: không ai chịu trách nhiệm và không ai cập nhật nó.",
        "A lag hides work without a name: nobody answers for it and nobody reports it.", True,
    ),
    "dcma-04": Words(
        "Kiểu quan hệ kết thúc–bắt đầu (FS)", "Finish-to-start links", "≥ 90 % quan hệ", "≥ 90 % of links",
        "Nhiều quan hệ SS, FF, SF làm đường găng khó đọc và dễ để hở một đầu.",
        "Many SS, FF and SF links make the path hard to read and leave ends open.", True,
    ),
    "dcma-05": Words(
        "Ràng buộc cứng", "Hard constraints", "≤ 5 % công việc chưa xong", "≤ 5 % of unfinished activities",
        "Ngày đóng cứng thắng logic: mạng không còn nói khi nào làm được, chỉ nói khi nào được yêu cầu.",
        "A fixed date wins over logic: the network says what is wanted, no longer what is possible.", True,
    ),
    "dcma-06": Words(
        "Dự trữ lớn (> 44 ngày làm việc)", "High float (> 44 working days)",
        "≤ 5 % công việc chưa xong", "≤ 5 % of unfinished activities",
        "Dự trữ rất lớn thường là dấu hiệu thiếu quan hệ phía sau.",
        "Very high float is most often a missing successor.", True,
    ),
    "dcma-07": Words(
        "Dự trữ âm", "Negative float", "0", "0",
        "Mốc được giao không đạt được theo mạng hiện nay: cần giải pháp hoặc xin đổi mốc.",
        "An assigned date cannot be met by the present network: it needs a remedy or another date.",
    ),
    "dcma-08": Words(
        "Thời lượng lớn (> 44 ngày làm việc)", "High duration (> 44 working days)",
        "≤ 5 % công việc chưa xong", "≤ 5 % of unfinished work",
        "Việc dài quá hai tháng khó báo cáo đúng phần đã làm; nên chia nhỏ.",
        "Work longer than two months is hard to report on; split it.", True,
    ),
    "dcma-09": Words(
        "Ngày không hợp lệ", "Invalid dates", "0", "0",
        "Dự báo nằm trước ngày số liệu, hoặc ngày thực tế nằm sau: số liệu chưa được cập nhật đúng.",
        "A forecast before the data date, or an actual date after it: the progress was not recorded properly.",
    ),
    "dcma-10": Words(
        "Nguồn lực", "Resources", "–", "–",
        "Không biết việc nào thiếu người, thiếu máy.", "It is not known which work lacks people or machines.",
    ),
    "dcma-11": Words(
        "Việc lỡ hạn theo đường cơ sở", "Missed tasks", "≤ 5 % việc đã đến hạn", "≤ 5 % of what was due",
        "Phần việc đã trễ so với kế hoạch ban đầu: dự báo cho phần còn lại nên đọc thận trọng.",
        "Work behind the original plan: read the forecast of the rest with care.", True,
    ),
    "dcma-12": Words(
        "Thử đường găng (thêm 600 ngày)", "Critical path test (add 600 days)",
        "ngày hoàn thành lùi theo", "the finish moves along",
        "Một chậm trễ trên đường găng không đẩy ngày hoàn thành: mạng bị ngắt hoặc bị đóng ngày.",
        "A delay on the critical path does not reach completion: the network is broken or dates are fixed.",
    ),
    "dcma-13": Words(
        "Chỉ số chiều dài đường găng (CPLI)", "Critical path length index (CPLI)", "≥ 0,95", "≥ 0.95",
        "(ngày lịch còn tới dự báo + dự trữ so với kế hoạch) / ngày lịch còn tới dự báo; dưới 1 là phải làm nhanh hơn "
        "dự báo mới kịp.",
        "(calendar days to the forecast + float against the plan) / calendar days to the forecast; below 1 work must "
        "go faster than forecast.",
    ),
    "dcma-14": Words(
        "Chỉ số thực hiện theo đường cơ sở (BEI)", "Baseline execution index (BEI)", "≥ 0,95", "≥ 0.95",
        "Số việc đã xong trên số việc đáng lẽ đã xong theo đường cơ sở.",
        "Finished activities over those that the baseline wanted finished.",
    ),
    "gao-start": Words(
        "Đầu bắt đầu để lơ lửng", "Dangling starts", "0", "0",
        "Có quan hệ nhưng không quan hệ nào định ngày bắt đầu (chỉ FF hoặc SF): kéo dài chỉ làm nó bắt đầu sớm hơn.",
        "It has links, but none sets its start (only FF or SF): made longer, it just begins earlier.",
    ),
    "gao-finish": Words(
        "Đầu kết thúc để lơ lửng", "Dangling finishes", "0", "0",
        "Việc có quan hệ nhưng không việc nào chờ nó xong (chỉ SS hoặc SF): kéo dài nó không ảnh hưởng tới ai.",
        "It has links, but nothing waits for its finish (only SS or SF): made longer, it affects nobody.",
    ),
    "gao-order": Words(
        "Tiến độ ngược trình tự", "Out-of-sequence progress", "0", "0",
        "Việc sau đã bắt đầu khi việc trước chưa cho phép: quan hệ trong mạng không còn đúng với thực tế.",
        "A successor began before its predecessor allowed: the link no longer describes the site.",
    ),
    "gao-path": Words(
        "Đường găng liền mạch", "Integrity of the critical path", "không đứt đoạn", "unbroken",
        "Đường dài nhất bắt đầu từ một ngày gõ tay, không từ việc, tiến độ hay mặt bằng: trước đó mạng không nói gì.",
        "The longest path begins with a typed date, not with work, progress or land: the network is silent before it.",
    ),
    "gao-age": Words(
        "Tuổi số liệu", "Age of the data", "≤ 31 ngày", "≤ 31 days",
        "Tiến độ cập nhật ít nhất mỗi tháng một lần; số liệu cũ hơn không nói được chuyện hôm nay.",
        "Progress is recorded at least every month; older data say nothing of today.",
    ),
    "gao-calendars": Words(
        "Lịch không có ngày nghỉ", "Calendars without rest", "≤ 5 % công việc chưa xong", "≤ 5 % of unfinished work",
        "Công việc làm mọi ngày kể cả Tết: thời lượng thật sẽ dài hơn.",
        "Work on every day, Tết included: in truth it will take longer.", True,
    ),
    "gao-effort": Words(
        "Công việc đi kèm trên đường găng", "Levels of effort on the critical path", "0", "0",
        "Quản lý, giám sát kéo theo việc khác nên không thể quyết định ngày hoàn thành.",
        "Management and supervision follow other work, so they cannot set the completion date.",
    ),
    "gao-options": Words(
        "Tuỳ chọn không hỗ trợ", "Unsupported options", "0", "0",
        "Tệp gửi đến dùng tuỳ chọn mà phép tính này không có: ngày có thể khác ngày của bên gửi.",
        "The sender's file uses options that this calculation does not have: dates may differ from the sender's.",
    ),
}  # fmt: skip
