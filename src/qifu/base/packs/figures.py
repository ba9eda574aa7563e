"""The figures of one made-up firm: size, money, research and titles that fit together."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import exp
from random import Random
from typing import Any

Figures = dict[str, Any]
COMPANIES = ("limited", "sole_limited", "joint_stock")


def figures_of(
    profile: Mapping[str, Any],
    *,
    industry: str,
    form: str,
    region: str,
    elsewhere: str,
    as_of: date,
    random: Random,
) -> Figures:
    """Flat facts (`attr`, `attr@2025`) of one firm: money in yuan, ratios 0 to 1, days as text.

    `elsewhere` is the region in which a few firms pay their taxes instead.
    `profile` holds the medians and chances of a line of business (see a pack's demo.yaml).
    """
    maker = _Figures({k: _number(v) for k, v in profile.items()}, as_of, random)
    maker.basics(industry, form, region, elsewhere)
    maker.size(form)
    maker.money()
    maker.research()
    maker.rights_and_titles(industry)
    maker.credit()
    maker.premises()
    maker.loans_and_trade()
    return {key: value for key, value in maker.known.items() if value is not None}


def _number(value: Any) -> Any:
    """YAML gives exact decimals; the dice work with floats."""
    if isinstance(value, list):
        return [_number(item) for item in value]
    return value if isinstance(value, int) else float(value)


class _Figures:
    def __init__(self, profile: Mapping[str, Any], as_of: date, random: Random) -> None:
        self.profile = profile
        self.as_of = as_of
        self.random = random
        self.known: Figures = {}
        self.year = as_of.year - 1
        self.staff = 0
        self.revenue = 0
        self.rd = 0
        self.titles: list[str] = []

    # dice

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def spread(self, middle: float, width: float) -> float:
        return middle * exp(self.random.gauss(0, width))

    def yuan(self, value: float) -> int:
        return int(value // 1000 * 1000)

    def day(self, first: date, last: date) -> str:
        days = max(0, (last - first).days)
        return (first + timedelta(days=self.random.randint(0, days))).isoformat()

    def set(self, key: str, value: Any, *, year: int | None = None) -> None:
        self.known[f"{key}@{year}" if year else key] = value

    # subjects

    def basics(self, industry: str, form: str, region: str, elsewhere: str) -> None:
        age = min(self.random.expovariate(1 / 2600), 12000)
        founded = self.as_of - timedelta(days=int(age) + 20)
        self.founded = founded
        company = form in COMPANIES
        self.set("region", region)
        self.set("tax_region", region if self.chance(0.95) else elsewhere)
        self.set("industry", industry)
        self.set("legal_form", form)
        self.set("status", "open")
        self.set("founded", founded.isoformat())
        capital = self.spread(3_000_000 if company else 60_000, 1.3)
        self.set("registered_capital", max(10_000, int(capital // 10_000 * 10_000)))
        self.set("private_firm", self.chance(0.93))
        self.set("foreign_invested", self.chance(0.04))

    def size(self, form: str) -> None:
        middle = self.profile["staff"] * (1.0 if form in COMPANIES else 0.25)
        if form == "joint_stock":
            middle *= 4
        young = (self.as_of - self.founded).days < 700
        staff = self.spread(middle * (0.4 if young else 1.0), self.profile["spread"])
        self.staff = max(1, min(int(staff), 9000))
        insured = int(self.staff * self.random.uniform(0.55, 1.0))
        self.set("employees", self.staff)
        self.set("insured", insured)
        self.set("unemployment_insured", insured)
        self.set("college_staff", int(self.staff * self.random.uniform(0.1, 0.8)))
        self.set("staff_kept_ratio", round(self.random.gauss(1.0, 0.07), 3))
        self.set("graduates_kept_3y", self.count(self.staff / 60))
        self.set("graduates_hired", self.count(self.staff / 30), year=self.year)
        self.set("new_jobs", self.count(self.staff / 12), year=self.year)

    def count(self, mean: float) -> int:
        return int(self.random.expovariate(1 / mean)) if mean > 0 else 0

    def money(self) -> None:
        profile = self.profile
        revenue = self.staff * self.spread(profile["per_head"], 0.45)
        self.revenue = self.yuan(revenue)
        first_year = self.founded.year
        for back in range(2):
            year = self.year - back
            if year < first_year:
                break
            self.set("revenue", self.yuan(revenue), year=year)
            margin = self.random.gauss(profile["margin"], 0.06)
            self.set("profit", self.yuan(revenue * margin), year=year)
            if back == 0:
                income = revenue * max(margin, -0.2) * 0.85
                assets = self.yuan(self.spread(revenue * profile["assets"], 0.4))
                self.set("taxable_income", self.yuan(income), year=year)
                self.set("assets", assets, year=year)
                self.set("debt_ratio", round(self.random.betavariate(4, 4), 3), year=year)
                self.set(
                    "tax_paid", self.yuan(revenue * self.random.uniform(0.01, 0.07)), year=year
                )
                share = min(1.0, round(self.random.gauss(0.93, 0.06), 3))
                self.set("main_business_ratio", max(0.4, share), year=year)
            revenue /= max(0.6, self.random.gauss(1.08, 0.18))
        self.set("growth_2y", round(self.random.gauss(0.08, 0.14), 4), year=self.year)
        self.set("tax_arrears", self.chance(0.02))
        self.set("general_taxpayer", self.revenue > 5_000_000 or self.chance(0.3))
        self.set("tax_credit", self.random.choices("ABMCD", [15, 45, 30, 8, 2])[0])
        self.set("audited_accounts", self.chance(0.9))
        self.set("restricted_industry_tax", self.chance(0.01))

    def research(self) -> None:
        profile, revenue = self.profile, self.revenue
        self.rd = 0
        if self.chance(profile["rd_chance"]):
            share = self.random.uniform(*profile["rd_share"])
            self.rd = self.yuan(revenue * share)
        for back, factor in ((0, 1.0), (1, self.random.uniform(0.6, 1.1))):
            if self.year - back >= self.founded.year:
                self.set("rd_expense", self.yuan(self.rd * factor), year=self.year - back)
        self.rd_staff = int(self.staff * self.random.uniform(0.08, 0.4)) if self.rd else 0
        self.set("rd_staff", self.rd_staff)
        share = self.random.uniform(0.3, 0.95) if self.rd else 0.0
        self.set("hi_tech_income_ratio", round(share, 3), year=self.year)
        if self.rd and self.chance(0.1):
            self.set("contest_award_on", self.day(date(self.as_of.year - 4, 1, 1), self.as_of))
        if self.rd > 800_000 and self.chance(0.15):
            self.set("project_accepted", self.chance(0.7))
            for level, mean in (("national", 80_000), ("province", 150_000), ("city", 300_000)):
                self.set(f"project_funds_{level}", self.count(mean), year=self.year)
        if self.rd:
            self.set("tech_sme_score", self.random.randint(35, 92))
            self.set("tech_staff_score", self.random.randint(0, 20))
            self.set("research_dishonesty", False)

    def rights_and_titles(self, industry: str) -> None:
        ip = self.profile["ip"]
        inventions = self.count(self.rd_staff * ip / 6) if self.rd else 0
        self.set("invention_patents", inventions)
        self.set("patents", inventions + self.count(self.staff * ip / 12))
        soft = self.rd_staff / 5 if industry.startswith("I") else self.rd_staff / 25
        self.set("software_copyrights", self.count(soft))
        self.set("trademarks", self.count(1.5))
        self.set("class1_ip", int(inventions * self.random.uniform(0.2, 0.8)))
        if inventions:
            self.set("core_patent", self.chance(0.5))
        years = (self.as_of - self.founded).days / 365
        titles = self.titles
        hi_tech = self.rd > 500_000 and years > 1 and self.chance(0.55)
        if hi_tech:
            titles.append("hi_tech_firm")
            earliest = max(self.founded, self.as_of - timedelta(days=1000))
            self.set("hi_tech_on", self.day(earliest, self.as_of - timedelta(days=15)))
            self.set("hi_tech_reward_before", self.chance(0.4))
            self.set("hi_tech_reward_this_term", self.chance(0.35))
        elif self.rd and self.chance(0.2):
            titles.append("hi_tech_cultivation")
        if self.rd and self.staff <= 500 and self.revenue <= 200_000_000 and self.chance(0.5):
            titles.append("tech_sme")
        if hi_tech and self.chance(0.4):
            titles.append("innovative_sme")
        if hi_tech and self.revenue > 10_000_000 and self.chance(0.4):
            titles.append("srdi_sme")
            since = self.founded + timedelta(days=200)
            self.set("niche_since", min(since, self.as_of).isoformat())
            self.set("market_share", round(self.random.uniform(0.01, 0.3), 3), year=self.year)
            self.set("srdi_score", self.random.randint(45, 85))
            if self.revenue > 60_000_000 and self.chance(0.3):
                titles.append("little_giant")
        if self.revenue > 300_000_000 and self.chance(0.3):
            titles.append("district_top_100")
        if self.revenue > 500_000_000 and self.chance(0.25):
            titles.append("headquarters")
        self.set("qualifications", sorted(titles))
        industrial = industry[0] in "BCD"
        above = self.revenue > 20_000_000 and years > 1.2
        self.set("above_scale_firm", above and self.chance(0.95))
        self.set("four_above_firm", above)
        if above:
            earliest = self.founded + timedelta(days=365)
            self.set("above_scale_since", self.day(earliest, self.as_of - timedelta(days=60)))
        if industrial:
            self.industrial(above)

    def industrial(self, above: bool) -> None:
        self.set(
            "output_value", self.yuan(self.revenue * self.random.uniform(0.9, 1.1)), year=self.year
        )
        self.set("output_growth", round(self.random.gauss(0.06, 0.15), 4), year=self.year)
        self.set("efficiency_grade", self.random.choices("ABCD", [20, 50, 25, 5])[0])
        self.set("monopoly_industry", False)
        if above:
            output = self.yuan(self.revenue * self.random.uniform(0.18, 0.3))
            self.set("first_quarter_output", output, year=self.as_of.year)
            self.set(
                "first_quarter_growth",
                round(self.random.gauss(0.06, 0.12), 4),
                year=self.as_of.year,
            )
        renovates = self.chance(self.profile["renovation"])
        self.set("tech_renovation_listed", renovates and self.chance(0.7))
        done = self.yuan(self.revenue * self.random.uniform(0.01, 0.15)) if renovates else 0
        self.set("tech_renovation_investment", done, year=self.year)
        if self.rd and self.chance(0.08):
            self.set("first_set_sold", self.chance(0.6))
            self.set("first_set_price", self.yuan(self.spread(3_000_000, 0.8)))
            self.set("self_reliance_ratio", round(self.random.uniform(0.4, 0.98), 2))

    def credit(self) -> None:
        for key, share in (
            ("on_blacklist", 0.012), ("abnormal_list", 0.03), ("serious_violation_3y", 0.01),
            ("safety_accident", 0.003), ("environment_penalty", 0.008), ("funds_misused", 0.002),
            ("public_funds_owed", 0.005), ("restricted_products", 0.004),
        ):  # fmt: skip
            self.set(key, self.chance(share))

    def premises(self) -> None:
        area = int(self.staff * self.random.uniform(8, 45))
        self.set("floor_area", area)
        rent = self.yuan(area * self.random.uniform(35, 140) * 12)
        rents = self.chance(0.88)
        self.set("rent_paid", rent if rents else 0, year=self.year)
        self.set("rent_subsidy_base", rent // 4 if rents else 0)
        self.set("rent_waived", self.chance(0.05))
        self.set("innovation_housing", bool(self.rd) and self.chance(0.12))
        self.set("in_incubator", self.staff < 30 and bool(self.rd) and self.chance(0.15))
        bought = self.revenue > 100_000_000 and self.chance(0.1)
        self.set("factory_purchased_area", self.random.randint(300, 6000) if bought else 0)
        self.set("office_purchased_area", self.random.randint(200, 5000) if bought else 0)

    def loans_and_trade(self) -> None:
        if self.chance(self.profile["loans"]):
            self.loan()
        trades = self.chance(self.profile["export"])
        export = self.yuan(self.revenue * self.random.uniform(0.05, 0.8)) if trades else 0
        self.set("export", export, year=self.year)
        self.set(
            "trade_volume_usd", int(export * self.random.uniform(1, 1.4) / 7.1), year=self.year
        )
        for key, mean in (
            ("booth_fee_traditional", 60_000), ("booth_fee_emerging", 40_000),
            ("online_fair_fee", 15_000), ("fair_expense", 120_000), ("certification_fee", 12_000),
            ("export_insurance_fee", 10_000),
        ):  # fmt: skip
            spent = self.yuan(self.count(mean)) if trades and self.chance(0.5) else 0
            self.set(key, spent, year=self.year)
        if self.chance(0.3):
            done = self.yuan(self.revenue * self.random.uniform(0.01, 0.1))
            self.set("fixed_investment", done, year=self.year)

    def loan(self) -> None:
        principal = self.yuan(self.spread(min(self.revenue * 0.12, 30_000_000) + 200_000, 0.6))
        rate = self.random.uniform(0.034, 0.058)
        months = self.random.choice((3, 6, 12, 12, 12, 24, 36))
        issued = self.as_of - timedelta(days=self.random.randint(30, 1000))
        self.set("loan_in_cny", self.chance(0.97))
        purposes = ("working_capital", "research", "fixed_asset", "mortgage")
        self.set("loan_purpose", self.random.choices(purposes, [55, 20, 20, 5])[0])
        self.set("loan_principal", principal)
        self.set("loan_months", months)
        self.set("loan_issued_on", issued.isoformat())
        settled = issued + timedelta(days=months * 30)
        if settled <= self.as_of:
            self.set("loan_settled_on", settled.isoformat())
        self.set("loan_overdue", self.chance(0.03))
        self.set("first_loan", self.chance(0.35))
        interest = principal * rate * min(months, 12) / 12
        self.set("loan_interest", self.yuan(interest), year=self.year)
        self.set("loan_interest_excess", self.yuan(interest * 0.2), year=self.year)
        self.set(
            "guarantee_fee", self.yuan(principal * 0.01) if self.chance(0.3) else 0, year=self.year
        )
        self.set("loan_insurance_fee", 0, year=self.year)
        self.set("loan_subsidy_received", self.yuan(self.count(40_000)))
