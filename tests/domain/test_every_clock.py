"""Every clock of the rule pack on at least three dates that were checked on paper, each with its weekday.

The starts are chosen for what the way of counting can get wrong: leap day, the end of a month or of a year, Christmas,
Easter, August, a weekend on which the clocks change, a holiday that was moved or given once.
"""

from collections import Counter

import pytest

from bot.domain.periods import last_day, safe_day
from bot.rules import load_rules
from tests.domain.days import day

RULES = load_rules()

BY_HAND = [
    # rule, start, legal date, safe date; what it meets
    ("ehcna_decide", "Mon 16 Nov 2026", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("ehcna_decide", "Mon 15 Feb 2027", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("ehcna_decide", "Sun 13 Sep 2026", "Sun 25 Oct 2026", "Fri 23 Oct 2026"),  # the clocks go back
    ("advice_education", "Fri 13 Nov 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("advice_education", "Tue 18 Jan 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("advice_education", "Mon 20 Jul 2026", "Mon 31 Aug 2026", "Fri 28 Aug 2026"),  # August bank holiday
    ("advice_health", "Fri 20 Nov 2026", "Fri 1 Jan 2027", "Thu 31 Dec 2026"),  # New Year's Day
    ("advice_health", "Fri 12 Feb 2027", "Fri 26 Mar 2027", "Thu 25 Mar 2027"),  # Good Friday
    ("advice_health", "Mon 8 Aug 2022", "Mon 19 Sep 2022", "Fri 16 Sep 2022"),  # the state funeral
    ("advice_ep", "Thu 19 Nov 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # year end
    ("advice_ep", "Tue 29 Feb 2028", "Tue 11 Apr 2028", "Tue 11 Apr 2028"),  # from leap day
    ("advice_ep", "Sun 14 Feb 2027", "Sun 28 Mar 2027", "Thu 25 Mar 2027"),  # Easter, clocks go forward
    ("advice_social_care", "Tue 15 Nov 2022", "Tue 27 Dec 2022", "Fri 23 Dec 2022"),  # Christmas Day, substitute
    ("advice_social_care", "Mon 23 Feb 2026", "Mon 6 Apr 2026", "Thu 2 Apr 2026"),  # Easter Monday
    ("advice_social_care", "Mon 19 Jul 2027", "Mon 30 Aug 2027", "Fri 27 Aug 2027"),  # August bank holiday
    ("advice_pfa", "Mon 22 Nov 2027", "Mon 3 Jan 2028", "Fri 31 Dec 2027"),  # New Year's Day, substitute
    ("advice_pfa", "Thu 18 Jan 2024", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # leap day
    ("advice_pfa", "Mon 27 Mar 2023", "Mon 8 May 2023", "Fri 5 May 2023"),  # the coronation
    ("advice_other", "Sun 14 Nov 2027", "Sun 26 Dec 2027", "Fri 24 Dec 2027"),  # a Sunday at Christmas
    ("advice_other", "Fri 20 Feb 2026", "Fri 3 Apr 2026", "Thu 2 Apr 2026"),  # Good Friday
    ("advice_other", "Sat 19 Sep 2026", "Sat 31 Oct 2026", "Fri 30 Oct 2026"),  # month end
    ("ehcna_refuse_issue", "Tue 7 Sep 2027", "Tue 28 Dec 2027", "Fri 24 Dec 2027"),  # Boxing Day, substitute
    ("ehcna_refuse_issue", "Mon 27 Dec 2027", "Mon 17 Apr 2028", "Thu 13 Apr 2028"),  # Easter Monday
    ("ehcna_refuse_issue", "Sat 1 Aug 2026", "Sat 21 Nov 2026", "Fri 20 Nov 2026"),  # from a Saturday in August
    ("draft_plan_target", "Mon 11 Sep 2023", "Mon 1 Jan 2024", "Fri 29 Dec 2023"),  # New Year's Day
    ("draft_plan_target", "Thu 29 Feb 2024", "Thu 20 Jun 2024", "Thu 20 Jun 2024"),  # from leap day
    ("draft_plan_target", "Fri 17 Jan 2020", "Fri 8 May 2020", "Thu 7 May 2020"),  # the holiday moved to VE day
    ("draft_reps_min", "Sat 12 Dec 2026", "Sat 26 Dec 2026", "Thu 24 Dec 2026"),  # a Saturday at Christmas
    ("draft_reps_min", "Mon 15 Mar 2027", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("draft_reps_min", "Tue 15 Feb 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("school_consult", "Sun 13 Dec 2026", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("school_consult", "Thu 11 Mar 2027", "Fri 26 Mar 2027", "Thu 25 Mar 2027"),  # Good Friday
    ("school_consult", "Sun 16 Aug 2026", "Mon 31 Aug 2026", "Fri 28 Aug 2026"),  # August bank holiday
    ("final_plan", "Fri 13 Aug 2027", "Fri 31 Dec 2027", "Fri 31 Dec 2027"),  # year end
    ("final_plan", "Sat 12 Oct 2019", "Sat 29 Feb 2020", "Fri 28 Feb 2020"),  # leap day, a Saturday
    ("final_plan", "Sun 13 Jun 2027", "Sun 31 Oct 2027", "Fri 29 Oct 2027"),  # month end, the clocks go back
    ("final_plan_detained", "Fri 8 Aug 2025", "Fri 26 Dec 2025", "Wed 24 Dec 2025"),  # Boxing Day
    ("final_plan_detained", "Mon 13 Nov 2023", "Mon 1 Apr 2024", "Thu 28 Mar 2024"),  # Easter Monday
    ("final_plan_detained", "Fri 14 Jan 2022", "Fri 3 Jun 2022", "Wed 1 Jun 2022"),  # the Platinum Jubilee
    ("provision_secure", "Tue 29 Feb 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("provision_secure", "Fri 25 Dec 2026", "Fri 25 Dec 2026", "Fri 25 Dec 2026"),  # Christmas Day
    ("provision_secure", "Sun 28 Mar 2027", "Sun 28 Mar 2027", "Sun 28 Mar 2027"),  # the clocks go forward
    ("reassess_decide", "Thu 17 Dec 2026", "Fri 1 Jan 2027", "Thu 31 Dec 2026"),  # New Year's Day
    ("reassess_decide", "Mon 14 Feb 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("reassess_decide", "Sat 10 Oct 2026", "Sun 25 Oct 2026", "Fri 23 Oct 2026"),  # the clocks go back
    ("reassess_final", "Mon 21 Sep 2026", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("reassess_final", "Sun 13 Jan 2019", "Sun 21 Apr 2019", "Thu 18 Apr 2019"),  # Easter Sunday
    ("reassess_final", "Sun 19 Dec 2027", "Sun 26 Mar 2028", "Fri 24 Mar 2028"),  # the clocks go forward
    ("review_first", "Tue 29 Feb 2028", "Tue 27 Feb 2029", "Tue 27 Feb 2029"),  # from leap day: the earlier reading
    ("review_first", "Sat 26 Dec 2026", "Sat 25 Dec 2027", "Fri 24 Dec 2027"),  # Christmas Day, a Saturday
    ("review_first", "Mon 7 Apr 2025", "Mon 6 Apr 2026", "Thu 2 Apr 2026"),  # Easter Monday
    ("review_first", "Mon 1 Sep 2025", "Mon 31 Aug 2026", "Fri 28 Aug 2026"),  # August bank holiday
    ("review_next", "Tue 10 Mar 2026", "Tue 9 Mar 2027", "Tue 9 Mar 2027"),  # no holiday near
    ("review_next", "Wed 1 Mar 2023", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # leap day
    ("review_next", "Fri 1 Jan 2027", "Fri 31 Dec 2027", "Fri 31 Dec 2027"),  # year end
    ("review_next", "Sat 27 Mar 2027", "Sun 26 Mar 2028", "Fri 24 Mar 2028"),  # a Sunday, the clocks go forward
    ("review_under5", "Mon 31 Aug 2026", "Sun 28 Feb 2027", "Fri 26 Feb 2027"),  # no 31 February
    ("review_under5", "Tue 31 Aug 2027", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("review_under5", "Thu 25 Jun 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("review_under5", "Tue 29 Sep 2026", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("ar_notice_meeting", "Mon 11 Jan 2027", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("ar_notice_meeting", "Mon 12 Apr 2027", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("ar_notice_meeting", "Tue 14 Mar 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("ar_circulate", "Fri 8 Jan 2027", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("ar_circulate", "Mon 14 Sep 2026", "Mon 31 Aug 2026", "Fri 28 Aug 2026"),  # August bank holiday
    ("ar_circulate", "Sun 8 Nov 2026", "Sun 25 Oct 2026", "Fri 23 Oct 2026"),  # the clocks go back
    ("ar_circulate", "Thu 14 Jan 2027", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # year end
    ("ar_report", "Fri 11 Dec 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("ar_report", "Mon 15 Mar 2027", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("ar_report", "Sun 17 Jan 2027", "Sun 31 Jan 2027", "Fri 29 Jan 2027"),  # month end
    ("ar_decision", "Fri 4 Dec 2026", "Fri 1 Jan 2027", "Thu 31 Dec 2026"),  # New Year's Day
    ("ar_decision", "Tue 1 Feb 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("ar_decision", "Mon 28 Jul 2025", "Mon 25 Aug 2025", "Fri 22 Aug 2025"),  # August bank holiday
    ("ar_amend_notice", "Thu 3 Dec 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # year end
    ("ar_amend_notice", "Fri 26 Feb 2027", "Fri 26 Mar 2027", "Thu 25 Mar 2027"),  # Good Friday
    ("ar_amend_notice", "Fri 25 Dec 2026", "Fri 22 Jan 2027", "Fri 22 Jan 2027"),  # from Christmas Day
    ("ar_reps_min", "Fri 18 Dec 2026", "Fri 1 Jan 2027", "Thu 31 Dec 2026"),  # New Year's Day
    ("ar_reps_min", "Mon 16 Aug 2027", "Mon 30 Aug 2027", "Fri 27 Aug 2027"),  # August bank holiday
    ("ar_reps_min", "Sun 17 Oct 2027", "Sun 31 Oct 2027", "Fri 29 Oct 2027"),  # month end, the clocks go back
    ("ar_final", "Tue 1 Nov 2022", "Tue 27 Dec 2022", "Fri 23 Dec 2022"),  # Christmas Day, substitute
    ("ar_final", "Tue 29 Feb 2028", "Tue 25 Apr 2028", "Tue 25 Apr 2028"),  # from leap day
    ("ar_final", "Sun 30 Aug 2026", "Sun 25 Oct 2026", "Fri 23 Oct 2026"),  # the clocks go back
    ("ar_final_longstop", "Mon 11 Oct 2027", "Mon 3 Jan 2028", "Fri 31 Dec 2027"),  # New Year's Day, substitute
    ("ar_final_longstop", "Mon 12 Jan 2026", "Mon 6 Apr 2026", "Thu 2 Apr 2026"),  # Easter Monday
    ("ar_final_longstop", "Mon 8 Jun 2026", "Mon 31 Aug 2026", "Fri 28 Aug 2026"),  # August bank holiday
    ("amend_no_review", "Sun 31 Oct 2027", "Sun 26 Dec 2027", "Fri 24 Dec 2027"),  # a Sunday at Christmas
    ("amend_no_review", "Thu 4 Jan 2024", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # leap day
    ("amend_no_review", "Mon 25 Jul 2022", "Mon 19 Sep 2022", "Fri 16 Sep 2022"),  # the state funeral
    ("phase_school", "Mon 15 Feb 2027", "Sun 14 Feb 2027", "Fri 12 Feb 2027"),  # a Sunday
    ("phase_school", "Sun 15 Feb 2026", "Sat 14 Feb 2026", "Fri 13 Feb 2026"),  # a Saturday
    ("phase_school", "Tue 15 Feb 2028", "Mon 14 Feb 2028", "Mon 14 Feb 2028"),  # a leap year
    ("phase_post16", "Wed 31 Mar 2027", "Tue 30 Mar 2027", "Tue 30 Mar 2027"),  # the day after Easter Monday
    ("phase_post16", "Sun 31 Mar 2024", "Sat 30 Mar 2024", "Thu 28 Mar 2024"),  # the Saturday before Easter
    ("phase_post16", "Sat 31 Mar 2029", "Fri 30 Mar 2029", "Thu 29 Mar 2029"),  # Good Friday
    ("phase_post16", "Tue 31 Mar 2026", "Mon 30 Mar 2026", "Mon 30 Mar 2026"),  # a plain Monday
    ("phase_p16_to_p16", "Sat 31 Jul 2027", "Sun 28 Feb 2027", "Fri 26 Feb 2027"),  # no 31 February
    ("phase_p16_to_p16", "Mon 31 Jul 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("phase_p16_to_p16", "Sat 1 Sep 2029", "Sun 1 Apr 2029", "Thu 29 Mar 2029"),  # Easter Sunday
    ("phase_p16_to_p16", "Tue 25 May 2027", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("phase_p16_to_p16", "Wed 1 Sep 2027", "Thu 1 Apr 2027", "Thu 1 Apr 2027"),  # no holiday near
    ("move_transfer", "Thu 29 Feb 2024", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # leap day
    ("move_transfer", "Mon 31 Aug 2026", "Mon 31 Aug 2026", "Mon 31 Aug 2026"),  # August bank holiday
    ("move_transfer", "Sun 25 Oct 2026", "Sun 25 Oct 2026", "Sun 25 Oct 2026"),  # the clocks go back
    ("move_transfer_unaware", "Mon 7 Dec 2026", "Tue 29 Dec 2026", "Tue 29 Dec 2026"),  # Christmas
    ("move_transfer_unaware", "Sat 5 Dec 2026", "Tue 29 Dec 2026", "Tue 29 Dec 2026"),  # from a Saturday
    ("move_transfer_unaware", "Mon 8 Mar 2027", "Tue 30 Mar 2027", "Tue 30 Mar 2027"),  # Easter
    ("move_transfer_unaware", "Wed 9 Feb 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("move_inform", "Tue 16 Nov 2027", "Tue 28 Dec 2027", "Fri 24 Dec 2027"),  # Boxing Day, substitute
    ("move_inform", "Fri 20 Feb 2026", "Fri 3 Apr 2026", "Thu 2 Apr 2026"),  # Good Friday
    ("move_inform", "Sun 14 Feb 2027", "Sun 28 Mar 2027", "Thu 25 Mar 2027"),  # Easter, clocks go forward
    ("move_review_a", "Thu 29 Feb 2024", "Thu 27 Feb 2025", "Thu 27 Feb 2025"),  # from leap day: the earlier reading
    ("move_review_a", "Mon 29 Dec 2025", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("move_review_a", "Fri 27 Mar 2026", "Fri 26 Mar 2027", "Thu 25 Mar 2027"),  # Good Friday
    ("move_review_a", "Sun 31 Aug 2025", "Sun 30 Aug 2026", "Fri 28 Aug 2026"),  # a Sunday in August
    ("move_review_b", "Mon 30 Nov 2026", "Sat 27 Feb 2027", "Fri 26 Feb 2027"),  # no 30 February
    ("move_review_b", "Mon 29 Nov 2027", "Mon 28 Feb 2028", "Mon 28 Feb 2028"),  # before leap day
    ("move_review_b", "Mon 1 Jun 2026", "Mon 31 Aug 2026", "Fri 28 Aug 2026"),  # August bank holiday
    ("move_review_b", "Tue 29 Sep 2026", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("move_review_b", "Wed 30 Dec 2026", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("icb_change", "Fri 25 Dec 2026", "Tue 19 Jan 2027", "Tue 19 Jan 2027"),  # from Christmas Day
    ("icb_change", "Tue 10 Aug 2027", "Tue 31 Aug 2027", "Tue 31 Aug 2027"),  # August bank holiday
    ("icb_change", "Thu 14 Oct 2027", "Wed 3 Nov 2027", "Wed 3 Nov 2027"),  # over the change of the clocks
    ("icb_change", "Fri 13 May 2022", "Mon 6 Jun 2022", "Mon 6 Jun 2022"),  # the two days of the Jubilee
    ("med_contact", "Thu 31 Dec 2026", "Sun 28 Feb 2027", "Fri 26 Feb 2027"),  # no 31 February
    ("med_contact", "Thu 30 Dec 2027", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("med_contact", "Tue 26 Jan 2027", "Fri 26 Mar 2027", "Thu 25 Mar 2027"),  # Good Friday
    ("med_contact", "Sun 25 Oct 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("med_contact", "Wed 30 Jun 2027", "Mon 30 Aug 2027", "Fri 27 Aug 2027"),  # August bank holiday
    ("med_cert_decline", "Wed 23 Dec 2026", "Wed 30 Dec 2026", "Wed 30 Dec 2026"),  # Christmas
    ("med_cert_decline", "Wed 24 Mar 2027", "Wed 31 Mar 2027", "Wed 31 Mar 2027"),  # Easter
    ("med_cert_decline", "Mon 28 Feb 2028", "Thu 2 Mar 2028", "Thu 2 Mar 2028"),  # over leap day
    ("med_notify_icb", "Thu 24 Dec 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # Christmas and year end
    ("med_notify_icb", "Thu 25 Mar 2027", "Thu 1 Apr 2027", "Thu 1 Apr 2027"),  # Easter
    ("med_notify_icb", "Fri 28 Aug 2026", "Thu 3 Sep 2026", "Thu 3 Sep 2026"),  # August bank holiday
    ("med_arrange", "Tue 1 Dec 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # year end
    ("med_arrange", "Sat 27 Feb 2027", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("med_arrange", "Tue 30 Jan 2024", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # leap day
    ("med_arrange_health", "Wed 25 Nov 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("med_arrange_health", "Fri 26 Feb 2027", "Sun 28 Mar 2027", "Thu 25 Mar 2027"),  # Easter, clocks go forward
    ("med_arrange_health", "Thu 16 Jul 2026", "Sat 15 Aug 2026", "Fri 14 Aug 2026"),  # a Saturday in August
    ("med_cert_deemed", "Sat 26 Dec 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # from a Saturday at Christmas
    ("med_cert_deemed", "Thu 2 Apr 2026", "Thu 9 Apr 2026", "Thu 9 Apr 2026"),  # Easter
    ("med_cert_deemed", "Fri 23 Oct 2026", "Wed 28 Oct 2026", "Wed 28 Oct 2026"),  # over the change of the clocks
    ("med_cert_after", "Thu 30 Dec 2027", "Wed 5 Jan 2028", "Wed 5 Jan 2028"),  # New Year's Day, substitute
    ("med_cert_after", "Tue 29 Feb 2028", "Fri 3 Mar 2028", "Fri 3 Mar 2028"),  # from leap day
    ("med_cert_after", "Fri 16 Sep 2022", "Thu 22 Sep 2022", "Thu 22 Sep 2022"),  # the state funeral
    ("med_agree_other", "Mon 18 Dec 2023", "Mon 1 Jan 2024", "Fri 29 Dec 2023"),  # New Year's Day
    ("med_agree_other", "Mon 3 Apr 2028", "Mon 17 Apr 2028", "Thu 13 Apr 2028"),  # Easter Monday
    ("med_agree_other", "Mon 16 Aug 2027", "Mon 30 Aug 2027", "Fri 27 Aug 2027"),  # August bank holiday
    ("med_icb_tells_la", "Fri 24 Dec 2027", "Fri 31 Dec 2027", "Fri 31 Dec 2027"),  # year end
    ("med_icb_tells_la", "Thu 29 Feb 2024", "Thu 7 Mar 2024", "Thu 7 Mar 2024"),  # from leap day
    ("med_icb_tells_la", "Mon 1 May 2023", "Mon 8 May 2023", "Fri 5 May 2023"),  # the coronation
    ("appeal_from_decision", "Thu 31 Dec 2026", "Mon 1 Mar 2027", "Mon 1 Mar 2027"),  # month end, a Sunday
    ("appeal_from_decision", "Mon 15 Jun 2026", "Tue 1 Sep 2026", "Tue 1 Sep 2026"),  # August
    ("appeal_from_decision", "Mon 26 Oct 2026", "Mon 4 Jan 2027", "Mon 4 Jan 2027"),  # Christmas
    ("appeal_from_decision", "Tue 26 Jan 2027", "Tue 30 Mar 2027", "Tue 30 Mar 2027"),  # Good Friday
    ("appeal_from_decision", "Mon 24 Oct 2022", "Tue 3 Jan 2023", "Tue 3 Jan 2023"),  # a Saturday, then the break
    ("appeal_from_decision", "Wed 29 Dec 2027", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("appeal_from_cert", "Sun 29 Nov 2026", "Mon 4 Jan 2027", "Mon 4 Jan 2027"),  # Christmas
    ("appeal_from_cert", "Sun 31 Jan 2027", "Mon 1 Mar 2027", "Mon 1 Mar 2027"),  # month end, a Sunday
    ("appeal_from_cert", "Fri 30 Jul 2027", "Wed 1 Sep 2027", "Wed 1 Sep 2027"),  # August
    ("appeal_from_cert", "Mon 1 Mar 2027", "Thu 1 Apr 2027", "Thu 1 Apr 2027"),  # no holiday near
    ("appeal_from_cert", "Wed 1 Dec 2027", "Tue 4 Jan 2028", "Tue 4 Jan 2028"),  # New Year, and the holiday after
    ("appeal_from_cert", "Sat 27 Feb 2027", "Tue 30 Mar 2027", "Tue 30 Mar 2027"),  # Easter Saturday
    ("appeal_la_response", "Mon 5 Jul 2027", "Wed 15 Sep 2027", "Wed 15 Sep 2027"),  # August
    ("appeal_la_response", "Mon 16 Nov 2026", "Tue 5 Jan 2027", "Tue 5 Jan 2027"),  # Christmas
    ("appeal_la_response", "Mon 15 Feb 2027", "Wed 31 Mar 2027", "Wed 31 Mar 2027"),  # Easter
    ("appeal_la_response", "Sun 1 Aug 2027", "Tue 12 Oct 2027", "Tue 12 Oct 2027"),  # from August
    ("appeal_la_response", "Tue 18 Jan 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("order_assess_notify", "Fri 12 Dec 2025", "Fri 26 Dec 2025", "Wed 24 Dec 2025"),  # Boxing Day
    ("order_assess_notify", "Sat 15 Feb 2020", "Sat 29 Feb 2020", "Fri 28 Feb 2020"),  # leap day, a Saturday
    ("order_assess_notify", "Sat 17 Oct 2026", "Sat 31 Oct 2026", "Fri 30 Oct 2026"),  # month end
    ("order_assess_refuse", "Mon 19 Oct 2026", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("order_assess_refuse", "Mon 22 Jan 2024", "Mon 1 Apr 2024", "Thu 28 Mar 2024"),  # Easter Monday
    ("order_assess_refuse", "Sat 1 Aug 2026", "Sat 10 Oct 2026", "Fri 9 Oct 2026"),  # from a Saturday in August
    ("order_assess_choose", "Fri 16 Oct 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("order_assess_choose", "Thu 21 Dec 2023", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # a leap day
    ("order_assess_choose", "Sun 10 Feb 2019", "Sun 21 Apr 2019", "Thu 18 Apr 2019"),  # Easter Sunday
    ("concede_assess_choose", "Fri 16 Oct 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("concede_assess_choose", "Thu 21 Dec 2023", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # a leap day
    ("concede_assess_choose", "Sun 10 Feb 2019", "Sun 21 Apr 2019", "Thu 18 Apr 2019"),  # Easter Sunday
    ("order_assess_final", "Fri 18 Sep 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("order_assess_final", "Sun 13 Jan 2019", "Sun 21 Apr 2019", "Thu 18 Apr 2019"),  # Easter Sunday
    ("order_assess_final", "Fri 31 Jan 2020", "Fri 8 May 2020", "Thu 7 May 2020"),  # the holiday moved to VE day
    ("order_make_draft", "Fri 27 Nov 2026", "Fri 1 Jan 2027", "Thu 31 Dec 2026"),  # New Year's Day
    ("order_make_draft", "Mon 22 Feb 2027", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("order_make_draft", "Sun 26 Sep 2027", "Sun 31 Oct 2027", "Fri 29 Oct 2027"),  # month end, the clocks go back
    ("order_make_final", "Thu 15 Oct 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # year end
    ("order_make_final", "Tue 14 Dec 2027", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("order_make_final", "Fri 18 Mar 2022", "Fri 3 Jun 2022", "Wed 1 Jun 2022"),  # the Platinum Jubilee
    ("order_reconsider", "Tue 13 Dec 2022", "Tue 27 Dec 2022", "Fri 23 Dec 2022"),  # Christmas Day, substitute
    ("order_reconsider", "Fri 12 Mar 2027", "Fri 26 Mar 2027", "Thu 25 Mar 2027"),  # Good Friday
    ("order_reconsider", "Sun 12 Mar 2028", "Sun 26 Mar 2028", "Fri 24 Mar 2028"),  # the clocks go forward
    ("order_amend", "Mon 29 Nov 2027", "Mon 3 Jan 2028", "Fri 31 Dec 2027"),  # New Year's Day, substitute
    ("order_amend", "Tue 29 Feb 2028", "Tue 4 Apr 2028", "Tue 4 Apr 2028"),  # from leap day
    ("order_amend", "Sun 27 Dec 2026", "Sun 31 Jan 2027", "Fri 29 Jan 2027"),  # month end
    ("order_school", "Sun 12 Dec 2027", "Sun 26 Dec 2027", "Fri 24 Dec 2027"),  # a Sunday at Christmas
    ("order_school", "Mon 23 Mar 2026", "Mon 6 Apr 2026", "Thu 2 Apr 2026"),  # Easter Monday
    ("order_school", "Mon 11 Aug 2025", "Mon 25 Aug 2025", "Fri 22 Aug 2025"),  # August bank holiday
    ("order_cease", "Thu 31 Dec 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # year end
    ("order_cease", "Fri 26 Mar 2027", "Fri 26 Mar 2027", "Fri 26 Mar 2027"),  # Good Friday
    ("order_cease", "Sat 29 Feb 2020", "Sat 29 Feb 2020", "Sat 29 Feb 2020"),  # leap day, a Saturday
    ("concede_assess_notify", "Tue 14 Dec 2027", "Tue 28 Dec 2027", "Fri 24 Dec 2027"),  # Boxing Day, substitute
    ("concede_assess_notify", "Thu 15 Feb 2024", "Thu 29 Feb 2024", "Thu 29 Feb 2024"),  # leap day
    ("concede_assess_notify", "Fri 25 Dec 2026", "Fri 8 Jan 2027", "Fri 8 Jan 2027"),  # from Christmas Day
    ("concede_assess_refuse", "Mon 23 Oct 2023", "Mon 1 Jan 2024", "Fri 29 Dec 2023"),  # New Year's Day
    ("concede_assess_refuse", "Fri 23 Jan 2026", "Fri 3 Apr 2026", "Thu 2 Apr 2026"),  # Good Friday
    ("concede_assess_refuse", "Sun 16 Aug 2026", "Sun 25 Oct 2026", "Fri 23 Oct 2026"),  # the clocks go back
    ("concede_assess_final", "Fri 24 Sep 2027", "Fri 31 Dec 2027", "Fri 31 Dec 2027"),  # year end
    ("concede_assess_final", "Mon 10 Jan 2028", "Mon 17 Apr 2028", "Thu 13 Apr 2028"),  # Easter Monday
    ("concede_assess_final", "Mon 25 May 2026", "Mon 31 Aug 2026", "Fri 28 Aug 2026"),  # August bank holiday
    ("concede_contents", "Fri 21 Nov 2025", "Fri 26 Dec 2025", "Wed 24 Dec 2025"),  # Boxing Day
    ("concede_contents", "Thu 29 Feb 2024", "Thu 4 Apr 2024", "Thu 4 Apr 2024"),  # from leap day
    ("concede_contents", "Mon 15 Aug 2022", "Mon 19 Sep 2022", "Fri 16 Sep 2022"),  # the state funeral
    ("concede_issue_draft", "Mon 23 Nov 2026", "Mon 28 Dec 2026", "Thu 24 Dec 2026"),  # Boxing Day, substitute
    ("concede_issue_draft", "Sat 25 Jan 2020", "Sat 29 Feb 2020", "Fri 28 Feb 2020"),  # leap day, a Saturday
    ("concede_issue_draft", "Sun 21 Feb 2027", "Sun 28 Mar 2027", "Thu 25 Mar 2027"),  # Easter, clocks go forward
    ("concede_issue_final", "Fri 9 Oct 2026", "Fri 25 Dec 2026", "Thu 24 Dec 2026"),  # Christmas Day
    ("concede_issue_final", "Mon 15 Jan 2024", "Mon 1 Apr 2024", "Thu 28 Mar 2024"),  # Easter Monday
    ("concede_issue_final", "Mon 14 Jun 2027", "Mon 30 Aug 2027", "Fri 27 Aug 2027"),  # August bank holiday
    ("concede_school", "Fri 18 Dec 2026", "Fri 1 Jan 2027", "Thu 31 Dec 2026"),  # New Year's Day
    ("concede_school", "Sun 7 Apr 2019", "Sun 21 Apr 2019", "Thu 18 Apr 2019"),  # Easter Sunday
    ("concede_school", "Mon 24 Apr 2023", "Mon 8 May 2023", "Fri 5 May 2023"),  # the coronation
    ("tribunal_recommendation", "Thu 26 Nov 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # year end
    ("tribunal_recommendation", "Mon 22 Feb 2027", "Mon 29 Mar 2027", "Thu 25 Mar 2027"),  # Easter Monday
    ("tribunal_recommendation", "Sat 26 Sep 2026", "Sat 31 Oct 2026", "Fri 30 Oct 2026"),  # month end
    ("mp_ack", "Fri 11 Dec 2026", "Tue 15 Dec 2026", "Tue 15 Dec 2026"),  # a weekend
    ("mp_ack", "Thu 24 Dec 2026", "Wed 30 Dec 2026", "Wed 30 Dec 2026"),  # Christmas
    ("mp_ack", "Thu 25 Mar 2027", "Wed 31 Mar 2027", "Wed 31 Mar 2027"),  # Easter
    ("mp_ack", "Fri 27 Aug 2027", "Wed 1 Sep 2027", "Wed 1 Sep 2027"),  # August bank holiday
    ("mp_holding", "Fri 11 Dec 2026", "Wed 23 Dec 2026", "Wed 23 Dec 2026"),  # up to Christmas
    ("mp_holding", "Thu 17 Dec 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # Christmas and year end
    ("mp_holding", "Thu 18 Mar 2027", "Thu 1 Apr 2027", "Thu 1 Apr 2027"),  # Easter
    ("mp_holding", "Mon 21 Feb 2028", "Thu 2 Mar 2028", "Thu 2 Mar 2028"),  # over leap day
    ("mp_reply", "Fri 11 Dec 2026", "Tue 29 Dec 2026", "Tue 29 Dec 2026"),  # Christmas
    ("mp_reply", "Thu 17 Dec 2026", "Tue 5 Jan 2027", "Tue 5 Jan 2027"),  # Christmas and New Year's Day
    ("mp_reply", "Mon 15 Mar 2027", "Wed 31 Mar 2027", "Wed 31 Mar 2027"),  # Easter
    ("mp_reply", "Wed 16 Feb 2028", "Wed 1 Mar 2028", "Wed 1 Mar 2028"),  # over leap day
    ("mp_followup_open", "Tue 22 Dec 2026", "Thu 31 Dec 2026", "Thu 31 Dec 2026"),  # Christmas and year end
    ("mp_followup_open", "Mon 22 Mar 2027", "Wed 31 Mar 2027", "Wed 31 Mar 2027"),  # Easter
    ("mp_followup_open", "Thu 24 Feb 2028", "Thu 2 Mar 2028", "Thu 2 Mar 2028"),  # over leap day
    ("complaint_ack", "Tue 29 Dec 2026", "Wed 6 Jan 2027", "Wed 6 Jan 2027"),  # New Year's Day
    ("complaint_ack", "Tue 12 Apr 2022", "Thu 21 Apr 2022", "Thu 21 Apr 2022"),  # Easter
    ("complaint_ack", "Tue 25 Aug 2026", "Wed 2 Sep 2026", "Wed 2 Sep 2026"),  # August bank holiday
    ("complaint_s1", "Wed 16 Dec 2026", "Mon 4 Jan 2027", "Mon 4 Jan 2027"),  # year end
    ("complaint_s1", "Wed 20 Mar 2024", "Fri 5 Apr 2024", "Fri 5 Apr 2024"),  # Easter
    ("complaint_s1", "Mon 17 Aug 2026", "Tue 1 Sep 2026", "Tue 1 Sep 2026"),  # August bank holiday
    ("complaint_s1", "Sun 18 Oct 2026", "Fri 30 Oct 2026", "Fri 30 Oct 2026"),  # over the change of the clocks
    ("complaint_s2", "Mon 7 Dec 2026", "Thu 7 Jan 2027", "Thu 7 Jan 2027"),  # Christmas and New Year's Day
    ("complaint_s2", "Mon 1 Mar 2027", "Wed 31 Mar 2027", "Wed 31 Mar 2027"),  # Easter
    ("complaint_s2", "Mon 10 Aug 2026", "Tue 8 Sep 2026", "Tue 8 Sep 2026"),  # August bank holiday
    ("complaint_s2", "Tue 1 Feb 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("foi_reply", "Fri 11 Dec 2026", "Thu 14 Jan 2027", "Thu 14 Jan 2027"),  # 4 January is Scotland's
    ("foi_reply", "Tue 2 Mar 2027", "Fri 2 Apr 2027", "Fri 2 Apr 2027"),  # St Patrick's Day is Northern Ireland's
    ("foi_reply", "Mon 5 Jul 2027", "Wed 4 Aug 2027", "Wed 4 Aug 2027"),  # the Boyne and Scotland's August
    ("foi_reply", "Wed 4 Nov 2026", "Thu 3 Dec 2026", "Thu 3 Dec 2026"),  # St Andrew's Day is Scotland's
    ("foi_reply", "Tue 1 Feb 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("sar_reply", "Wed 25 Nov 2026", "Tue 29 Dec 2026", "Tue 29 Dec 2026"),  # Christmas Day
    ("sar_reply", "Sun 31 Jan 2027", "Mon 1 Mar 2027", "Mon 1 Mar 2027"),  # no 31 February, a Sunday
    ("sar_reply", "Mon 31 Jan 2028", "Tue 29 Feb 2028", "Tue 29 Feb 2028"),  # leap day
    ("sar_reply", "Fri 26 Feb 2027", "Tue 30 Mar 2027", "Tue 30 Mar 2027"),  # Good Friday
    ("sar_reply", "Sat 31 Jul 2027", "Tue 31 Aug 2027", "Tue 31 Aug 2027"),  # August: it counts here
    ("sar_reply", "Fri 25 Jul 2025", "Tue 26 Aug 2025", "Tue 26 Aug 2025"),  # August bank holiday
    ("complaint_s2_ack", "Fri 24 Dec 2027", "Wed 5 Jan 2028", "Wed 5 Jan 2028"),  # Christmas and New Year
    ("complaint_s2_ack", "Tue 2 May 2023", "Wed 10 May 2023", "Wed 10 May 2023"),  # the coronation
    ("complaint_s2_ack", "Sat 24 Oct 2026", "Fri 30 Oct 2026", "Fri 30 Oct 2026"),  # over the change of the clocks
]


@pytest.mark.parametrize(("rule_id", "start", "legal", "safe"), BY_HAND)
def test_a_clock_ends_on_the_day_found_on_paper(rule_id: str, start: str, legal: str, safe: str) -> None:
    began = day(start)
    (rule,) = (rule for rule in RULES.clocks if rule.id == rule_id and rule.in_force(began))
    last = last_day(rule.counting, began, rule.length, calendar=RULES.calendar)
    assert (last, safe_day(last, began, rule.counting, calendar=RULES.calendar)) == (day(legal), day(safe))


def test_every_clock_stands_above_at_least_three_times_and_no_other() -> None:
    times = Counter(row[0] for row in BY_HAND)
    rows = {str(rule.id) for rule in RULES.clocks}
    assert set(times) <= rows, f"not in the rule pack: {sorted(set(times) - rows)}"
    few = sorted(rule for rule in rows if times[rule] < 3)
    assert not few, f"add three dates, worked out on paper, for: {', '.join(few)}"
    assert len(set(BY_HAND)) == len(BY_HAND)
