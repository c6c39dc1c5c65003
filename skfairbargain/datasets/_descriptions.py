"""Descriptions of the data sets: read them before drawing conclusions."""

ADULT = """\
Adult: does a person earn more than 50,000 dollars a year?

48,842 people of the United States' Current Population Survey of 1994.

Source
    Extracted by Barry Becker, published by Ronny Kohavi ("Scaling Up the Accuracy of
    Naive-Bayes Classifiers: a Decision-Tree Hybrid", KDD 1996). UCI Machine Learning
    Repository, https://doi.org/10.24432/C5XW20; OpenML data set 1590.
Licence
    Creative Commons Attribution 4.0 (UCI).
Columns
    14, including sex and race. `fnlwgt` is a sampling weight of the survey and not a
    property of the person; `relationship` (husband, wife) nearly always reveals the sex;
    workclass, occupation and native-country have missing values.
Known problems
    The results of a fairness study depend on the threshold: 50,000 dollars was about the
    76th percentile of income, but the 88th among Black people and the 89th among women
    (Ding, Hardt, Miller, Schmidt, "Retiring Adult: New Datasets for Fair Machine Learning",
    NeurIPS 2021). Two groups have about 50 people above it, too few to measure anything
    on. Sex and race are the survey's categories of the time, often reported by another
    member of the household.
How it has been misused
    As a substitute for lending or hiring data: nobody was granted or refused anything here,
    income does not measure merit, and no model decides who earns more. As evidence about
    today: prices, work and the law have changed since 1994. The authors of "Retiring Adult"
    offer newer census data of many years and states as a replacement.
"""

BANK = """\
Bank marketing: does a client take a term deposit after a call?

45,211 calls of a Portuguese bank's campaigns, May 2008 to November 2010.

Source
    Moro, Cortez, Rita, "A Data-Driven Approach to Predict the Success of Bank
    Telemarketing", Decision Support Systems 62, 2014. UCI Machine Learning Repository,
    https://doi.org/10.24432/C5K306; OpenML data set 1461. OpenML names the columns V1 to
    V16; here they have the names of the source.
Licence
    Creative Commons Attribution 4.0 (UCI).
Columns
    16. `pdays` is -1 if there was no earlier contact.
Known problems
    `duration` is known only after the call, when the answer is known too: leave it out of
    any model meant for use (the source says so). Rows are ordered by date and were recorded
    during a financial crisis, so a random split mixes past and future. One client may have
    several calls. Only 1,336 calls are to people of 25 or younger.
How it has been misused
    The literature usually splits the groups at the age of 25, for which the source gives no
    reason. It is unclear which label is favorable: "no" follows the lale library and the
    experiments of this package's paper; others use "yes". Both describe what the bank gains
    or loses. How a call affects the client is not recorded, so equal rates between groups
    need not mean that anybody was treated fairly.
"""

CREDIT = """\
Credit default: does a credit-card client fail to pay next month?

30,000 clients of a bank in Taiwan, April to September 2005, in New Taiwan dollars.

Source
    Yeh, Lien, "The Comparisons of Data Mining Techniques for the Predictive Accuracy of
    Probability of Default of Credit Card Clients", Expert Systems with Applications 36,
    2009. UCI Machine Learning Repository, https://doi.org/10.24432/C55S3H; OpenML data set
    43435.
Licence
    Creative Commons Attribution 4.0 (UCI).
Columns
    24. `ID` is a row number: leave it out of any model meant for use. `SEX` is 1 for men, 2
    for women.
Known problems
    Some codes are undocumented (EDUCATION 0, 5 and 6, MARRIAGE 0, PAY_* -2 and 0). The data
    contain only people who had been given a card, so they say nothing about applicants.
    They were recorded during a card-debt crisis, in which banks had lent to people who
    could not pay back.
How it has been misused
    As data about lending decisions: they have only payments after the decision. A low
    predicted risk is not a benefit in itself, and credit that people cannot repay harms
    them, so raising the favorable rate of a group need not help the group. Sex is recorded
    in two values, and it is unknown whether the bank treated the sexes differently.
"""

US_CRIME = """\
Communities and Crime: is the violent-crime rate of a community below the threshold 0.70?

1,994 communities of the United States: census of 1990, police survey (LEMAS) of 1990, crime
reports of the FBI of 1995.

Source
    Redmond, Baveja, "A Data-Driven Software Tool for Enabling Cooperative Information
    Sharing among Police Departments", European Journal of Operational Research 141, 2002.
    UCI Machine Learning Repository, https://doi.org/10.24432/C53W3X; OpenML data set 315.
Licence
    Creative Commons Attribution 4.0 (UCI).
Columns
    127. Names, states and fold numbers identify a community and should not be features
    (the experiments of this package's paper keep them). Police columns are missing for
    1,675 communities, those with small departments.
Known problems
    Rows are places, not people, so a group is a set of places. All numbers were rescaled to
    0 to 1, so `racepctblack` above 0.06 does not mean "more than 6 percent", although the
    usual name "blackgt6pct" suggests it. Only 7 of the communities at or below 0.06 have
    the unfavorable label. Communities with incomplete crime figures were left out.
How it has been misused
    To predict crime from the composition of the population. Reported crime depends also on
    whom the police watch and on who reports to them; a model that sends police to places
    where crime was recorded causes more crime to be recorded there. To draw conclusions
    about people from averages of places is the ecological fallacy. Use the data to study
    methods, never to rate neighborhoods.
"""

TITANIC = """\
Titanic: did a passenger survive?

1,309 passengers of the ship that sank in 1912.

Source
    Compiled by Thomas Cason from the Encyclopedia Titanica, with Frank Harrell
    (Vanderbilt University, https://hbiostat.org/data). OpenML data set 40945.
Licence
    Public, according to OpenML.
Columns
    13. `boat` (the lifeboat) and `body` (the number of the body found) reveal the outcome:
    leave both out of any model that is meant to predict it. `name` contains titles, which
    reveal the sex, the marital status and the rank.
Known problems
    The age is missing for 263 passengers, most of them in third class. The crew is not
    included. Nearly perfect results, such as those of this package's paper, come from
    `boat`.
How it has been misused
    As a benchmark of fairness by sex: women survived more often because boats were filled
    with women and children first, by order. No decision is left to be made, and nothing
    learned from these data applies to people today. They can show that code works, and
    little else.
"""

STUDENT = """\
Student performance: does a student pass Portuguese?

649 students of two secondary schools in the Alentejo region of Portugal, 2005 to 2006.

Source
    Cortez, Silva, "Using Data Mining to Predict Secondary School Student Performance",
    FUBUTEC 2008. UCI Machine Learning Repository, https://doi.org/10.24432/C5TG7T; OpenML
    data set 42351.
Licence
    Creative Commons Attribution 4.0 (UCI).
Columns
    32: school reports, and a questionnaire on family, free time, alcohol and romance. `G1`
    and `G2` are the grades of the first two terms and nearly determine the last one, `G3`:
    leave them out to predict early.
Known problems
    Small: 100 students failed (G3 below 10 of 20), 50 of each sex. Two schools of one
    region do not represent others. Teachers give the grades, which depend on what they
    think of a student; many columns are answers that the students gave about themselves.
How it has been misused
    As a model of who deserves a place: the source wanted to find students who need help. A
    prediction that is used to exclude students causes the failure that it predicts.
    Parents' work and education predict the grade, and using them punishes children for
    their origin.
"""

CIFAR = """\
CIFAR-10 and CIFAR-100: which thing does a small photograph show?

60,000 photographs of 32 × 32 pixels in colour for each of the two; 50,000 to train on and
10,000 to test on, equally many of each of the 10 or 100 classes.

Source
    Alex Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", University of
    Toronto, 2009, https://www.cs.toronto.edu/~kriz/cifar.html; OpenML data sets 40927 and
    41983. A subset of "80 Million Tiny Images", which were collected by search engines.
Licence
    None is stated. The photographs are other people's, found on the web.
Known problems
    The parent collection was withdrawn by its authors in 2020, because it held offensive
    labels and images that nobody had looked at (Birhane, Prabhu, "Large Image Datasets: A
    Pyrrhic Win for Computer Vision?", WACV 2021). About 3 % of the test images of CIFAR-10
    and 10 % of those of CIFAR-100 are near copies of training images (Barz, Denzler, "Do We
    Train on Test Data?", 2020). CIFAR-100 has classes of people: baby, boy, girl, man,
    woman, whose sex a student saw in 32 × 32 pixels.
How it has been misused
    As evidence about fairness: no class here is a group of people who could be treated
    unfairly by a label. The classes of people say how a person looked to somebody else. Use
    the data to study how a method deals with rare classes or with misleading features.
"""
