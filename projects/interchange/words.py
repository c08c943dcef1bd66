"""What an import has that we cannot do, or do in another way: a code, where, how often, and the sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """Something of the file that is left out, turned into something else, or reckoned in another way.

    `codes`: the activities that it is about, empty when it is about the whole. `detail`: a value of the file.
    """

    key: str
    codes: tuple[str, ...] = ()
    detail: str = ""

    @property
    def vi(self) -> str:
        """The Vietnamese sentence."""
        return WORDS[self.key][0].format(detail=self.detail)

    @property
    def en(self) -> str:
        """The English sentence."""
        return WORDS[self.key][1].format(detail=self.detail)


UNSUPPORTED = frozenset(
    {
        "outside_links", "errors", "other_projects", "from_finish", "honor_constraints", "must_finish_by",
        "actual_dates", "slack_type", "open_ends", "start_lag", "data_date", "summary_dates", "summary_links_lost",
        "subproject", "leveling", "splits", "resource_calendar", "suspended", "expected_finish", "effort",
        "second_dropped",
    }
)  # fmt: skip
"""Notes of what may date or rank work otherwise than its sender does; the others are kept, or only say how."""
WORDS: Mapping[str, tuple[str, str]] = {
    "resources": (
        "Tài nguyên và phân công ({detail}) không được đọc: tiến độ tính theo lịch của công việc.",
        "Resources and assignments ({detail}) are not read: work is dated by the activities' calendars.",
    ),
    "baseline_reversed": (
        "Đường cơ sở “{detail}”: kết thúc trước bắt đầu; các công việc này không có trong đường cơ sở được giữ.",
        "Baseline “{detail}”: finish before start; these activities are not in the baseline that is kept.",
    ),
    "baseline_range": (
        "Đường cơ sở “{detail}”: ngày ngoài các năm 1970–2100; các công việc này không có trong đường cơ sở được giữ.",
        "Baseline “{detail}”: dates outside 1970–2100; these activities are not in the baseline that is kept.",
    ),
    "baseline_half": (
        "Đường cơ sở “{detail}”: thiếu ngày bắt đầu hoặc kết thúc; các công việc này không có trong đường cơ sở được "
        "giữ.",
        "Baseline “{detail}”: only one of start and finish; these activities are not in the baseline that is kept.",
    ),
    "baseline_part": (
        "Đường cơ sở “{detail}” không ghi ngày cho các công việc này: chúng không có gì để so.",
        "Baseline “{detail}” has no dates for these activities: there is nothing to compare them with.",
    ),
    "baseline_empty": (
        "Đường cơ sở “{detail}” không có công việc nào dùng được nên không được giữ.",
        "Baseline “{detail}” has no activity with sound dates and is not kept.",
    ),
    "outside_links": (
        "{detail} quan hệ với dự án khác không được đọc.",
        "{detail} links to other projects are not read.",
    ),
    "errors": (
        "Bộ đọc bỏ qua {detail} lỗi trong tệp.",
        "The reader passed over {detail} errors in the file.",
    ),
    "other_projects": (
        "Tệp có nhiều dự án; chỉ đọc dự án nhiều công việc nhất, không đọc: {detail}.",
        "The file has several projects; only the one with most activities is read, not: {detail}.",
    ),
    "encoding": (
        "Tệp không ghi bảng mã; đã đọc theo {detail}: hãy xem lại chữ tiếng Việt.",
        "The file does not state its encoding; it was read as {detail}: look at the Vietnamese text.",
    ),
    "from_finish": (
        "Dự án lập từ ngày kết thúc ngược về; ở đây tính xuôi, mọi công việc sớm nhất có thể.",
        "The project is scheduled from its finish; here it is scheduled forward, as soon as possible.",
    ),
    "honor_constraints": (
        "Bên gửi để ngày ràng buộc “không muộn hơn” thắng quan hệ; ở đây quan hệ thắng, dự trữ thành âm.",
        "The sender lets “no later” constraint dates win over links; here links win and float becomes negative.",
    ),
    "must_finish_by": (
        "Dự án phải xong trước {detail}: ngày muộn và dự trữ của bên gửi tính theo ngày đó, ở đây thì không.",
        "The project must finish by {detail}: the sender's late dates and floats follow it, ours do not.",
    ),
    "actual_dates": (
        "Cách tính tiến độ “actual dates” không có ở đây; dùng “retained logic”.",
        "The progress option “actual dates” is not available; “retained logic” is used.",
    ),
    "longest_path": (
        "Bên gửi coi găng là đường dài nhất; ở đây có cả hai: dự trữ và đường dài nhất.",
        "The sender calls the longest path critical; both are shown here, float and longest path.",
    ),
    "slack_type": (
        "Dự trữ của bên gửi tính kiểu {detail}; ở đây tính theo ngày bắt đầu còn lại.",
        "The sender reckons total float as {detail}; here it is that of the remaining start.",
    ),
    "open_ends": (
        "Bên gửi coi công việc không có việc sau là găng; ở đây thì không.",
        "The sender calls open-ended activities critical; we do not.",
    ),
    "start_lag": (
        "Bên gửi tính độ trễ SS từ phần còn lại của việc trước; ở đây từ ngày nó thực tế bắt đầu.",
        "The sender counts SS lags from what is left of the predecessor; here from its actual start.",
    ),
    "lag_project_calendar": (
        "Độ trễ của bên gửi tính theo lịch mặc định của dự án ({detail}): mỗi quan hệ giữ lịch đó.",
        "The sender counts lags in the project's calendar ({detail}): each link keeps that calendar.",
    ),
    "no_data_date": (
        "Tệp không có ngày số liệu; để so sánh đã lấy {detail}.",
        "The file has no data date; {detail} was taken for comparing.",
    ),
    "late_data_date": (
        "Có ngày thực tế sau ngày số liệu của tệp; để so sánh đã lấy {detail}.",
        "Actual dates lie after the file's data date; {detail} was taken for comparing.",
    ),
    "data_date": (
        "Bên gửi để phần chưa làm nằm trước ngày số liệu; ở đây việc chưa làm không thể nằm trong quá khứ.",
        "The sender leaves work not done before the data date; here it cannot lie in the past.",
    ),
    "summary_dates": (
        "Ràng buộc hay tiến độ đặt ở dòng tổng hợp không được dùng.",
        "Constraints or progress on a summary row are not used.",
    ),
    "summary_links": (
        "Quan hệ với dòng tổng hợp được thay bằng quan hệ với các công việc bên trong.",
        "Links of summary rows are replaced by links of the activities inside.",
    ),
    "summary_links_lost": (
        "Quan hệ kiểu {detail} của dòng tổng hợp không thay được bằng quan hệ của công việc, bị bỏ.",
        "{detail} links of a summary row cannot be expressed by activities and are left out.",
    ),
    "inactive": ("Công việc bị tắt (inactive) không được đọc.", "Inactive activities are not read."),
    "wbs_summary": ("Dòng tổng hợp WBS của P6 không được đọc.", "P6's WBS summary activities are not read."),
    "manual": (
        "Công việc lập tay được giữ đúng ngày của bên gửi bằng ngày bắt buộc.",
        "Manually scheduled activities keep the sender's date by a mandatory start.",
    ),
    "external": (
        "Công việc của dự án khác được giữ đúng ngày của bên gửi bằng ngày bắt buộc.",
        "Activities of another project keep the sender's date by a mandatory start.",
    ),
    "subproject": (
        "Dự án con nối vào ({detail}) không được đọc.",
        "Inserted subprojects ({detail}) are not read.",
    ),
    "leveling": (
        "Độ hoãn do cân đối tài nguyên của bên gửi không được dùng.",
        "The sender's levelling delays are not used.",
    ),
    "splits": (
        "Công việc bị ngắt quãng được tính liền một mạch.",
        "Split activities are dated without the gaps.",
    ),
    "resource_calendar": (
        "Bên gửi tính theo lịch của tài nguyên; ở đây theo lịch của công việc.",
        "The sender dates it by the calendars of its resources; here by the activity's own.",
    ),
    "suspended": (
        "Công việc tạm dừng hoặc làm tiếp từ ngày {detail}: ở đây làm tiếp ngay sau ngày số liệu.",
        "Work is suspended or resumes on {detail}: here it goes on right after the data date.",
    ),
    "expected_finish": (
        "Ngày kết thúc dự kiến (expected finish) của bên gửi không quyết định thời lượng ở đây.",
        "The sender's expected finish does not set the duration here.",
    ),
    "external_dates": (
        "Ngày sớm, muộn từ dự án khác được giữ làm ràng buộc “không sớm hơn”, “không muộn hơn”.",
        "Early and late dates from other projects are kept as “no earlier” and “no later”.",
    ),
    "recurring": (
        "Công việc lặp lại được đọc thành từng lần.",
        "A recurring activity is read as its single occurrences.",
    ),
    "elapsed": (
        "Thời lượng tính cả ngày nghỉ (elapsed) dùng lịch {detail}.",
        "Elapsed durations use the calendar {detail}.",
    ),
    "percent_lag": (
        "Độ trễ theo phần trăm được đổi ra phút theo thời lượng hiện có của việc trước; tỷ lệ được giữ để xuất lại.",
        "Lags in percent become minutes of the predecessor's present duration; the share is kept for export.",
    ),
    "effort": (
        "Công việc đi kèm thiếu quan hệ cho đầu hoặc cuối: tính như công việc thường.",
        "Levels of effort without links for both ends are dated like ordinary work.",
    ),
    "rounded": (
        "Thời lượng lẻ giây được làm tròn đến phút.",
        "Durations with seconds are rounded to the minute.",
    ),
    "double_links": (
        "Quan hệ trùng cùng loại giữa hai công việc: giữ quan hệ có độ trễ dài nhất.",
        "Of links of one type between the same activities the one with the longest lag is kept.",
    ),
    "second_dropped": (
        "Ràng buộc thứ hai trái với ràng buộc thứ nhất không được dùng.",
        "A second constraint of the same kind as the first is not used.",
    ),
    "no_calendar": (
        "Công việc không có lịch trong tệp dùng lịch {detail}.",
        "Activities without a calendar in the file use {detail}.",
    ),
    # Options under which the sender's dates come out.
    "lag_predecessor": (
        "Bên gửi tính độ trễ theo lịch của việc trước.",
        "The sender counts lags in the predecessor's calendar.",
    ),
    "lag_successor": (
        "Bên gửi tính độ trễ theo lịch của việc sau.",
        "The sender counts lags in the successor's calendar.",
    ),
    "lag_elapsed": (
        "Bên gửi tính độ trễ suốt ngày đêm, cả ngày nghỉ.",
        "The sender counts lags round the clock.",
    ),
    "progress_retained_logic": (
        "Bên gửi giữ quan hệ cho việc đã bắt đầu (retained logic).",
        "The sender keeps links for work that has begun (retained logic).",
    ),
    "progress_progress_override": (
        "Bên gửi cho việc đã bắt đầu đi tiếp, không chờ việc trước (progress override).",
        "The sender lets work that has begun go on without its predecessors (progress override).",
    ),
    "data_date_start": (
        "Ngày của bên gửi tính từ ngày bắt đầu dự án, không từ ngày số liệu: tệp chưa được lập lại sau khi cập nhật.",
        "The sender's dates run from the project's start, not from the data date: not rescheduled after the update.",
    ),
    # What a file that we write says in another way.
    "out_run": (
        "Định dạng không chứa quy tắc “mũi mở khi có {detail} m đất liền mạch”: quy tắc không được ghi, chỉ còn "
        "quan hệ với hồ sơ của dải có trước; dải khác xong sớm hơn thì tệp không tự mở mũi.",
        "The format has no room for the rule “{detail} m of land in one piece open the front”: it is not written; only "
        "the links to the cases of the run that came first are, and the file does not open the front with another run.",
    ),
    "out_baseline": (
        "Định dạng không chứa đường cơ sở: “{detail}” không được ghi.",
        "The format has no room for baselines: “{detail}” is not written.",
    ),
    "out_baseline_name": (
        "Tệp MS Project không giữ tên của đường cơ sở: {detail}.",
        "An MS Project file keeps no names of baselines: {detail}.",
    ),
    "out_effort": (
        "MS Project không có công việc đi kèm: ghi thành công việc thường không có quan hệ, ở ngày hiện tính.",
        "MS Project has no level of effort: written as work without links, at its present dates.",
    ),
    "out_deadline": (
        "Hạn chót và “kết thúc không muộn hơn” đổi lẫn cho nhau vì định dạng chỉ có một trong hai.",
        "Deadline and “finish no later” stand for each other, as the format has only one of them.",
    ),
    "out_constraint": (
        "Định dạng không chứa thêm ràng buộc này: {detail}.",
        "The format has no room for this further constraint: {detail}.",
    ),
    "out_must": (
        "MS Project để mọi ràng buộc “phải” thắng quan hệ khi có một ngày bắt buộc cứng.",
        "MS Project lets every “must” win over links once one date is mandatory.",
    ),
    "out_percent": (
        "Primavera không có độ trễ phần trăm: ghi thành giờ.",
        "Primavera has no lag in percent: written in hours.",
    ),
    "out_lag": (
        "Độ trễ tính theo lịch mà định dạng không có: ghi số giờ cho cùng ngày như hiện nay.",
        "A lag is counted in time that the format lacks: written as hours that give today's date.",
    ),
}
