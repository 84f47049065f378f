"""Which stanzas make up each spec file, and a word on keys whose field has no description of its own."""

from __future__ import annotations

from pydantic import BaseModel

from leadlift.specs.affinity import Affinity
from leadlift.specs.buckets import S3Place
from leadlift.specs.campaigns import (
    ByFeature,
    Campaign,
    Capacity,
    Channel,
    Control,
    Explore,
    Money,
    NamedOffer,
    Offer,
    Sellers,
    ValueModel,
)
from leadlift.specs.checks import Checks, RowRule
from leadlift.specs.columns import Column
from leadlift.specs.databases import SourceDatabase
from leadlift.specs.distributed import Distributed
from leadlift.specs.engine import EngineSpec
from leadlift.specs.exports import Database, Export
from leadlift.specs.features import Feature, FeatureFile
from leadlift.specs.history import ContactHistory
from leadlift.specs.monitor import Marks, Monitor
from leadlift.specs.pipelines import (
    FeatureChoice,
    Gates,
    ModelChoice,
    Pipeline,
    Population,
    Split,
    Target,
    Tune,
)
from leadlift.specs.policy import Exclusion, Rule
from leadlift.specs.segments import Group, Measure, NumberOf, Segmentation, Weights
from leadlift.specs.sources import CsvFormat, Join, Source
from leadlift.specs.treatment import Treatment
from leadlift.specs.warning import EarlyWarning, Forest, Indicator, Unusual
from leadlift.specs.workspace import Holdout, WorkspaceFile

FILES: tuple[tuple[str, type[BaseModel], str], ...] = (
    (
        "leadlift.yaml",
        WorkspaceFile,
        "The workspace: its name, time zone, run store and input tables. Source and column names are the words that "
        "all other files use.",
    ),
    (
        "feature_defs/*.yaml",
        FeatureFile,
        "One file for the features of one subject that come from one source. Of each stanza comes one feature per "
        "window: `spend` with windows `[30d, 90d]` gives `spend_30d` and `spend_90d`. Aggregations: "
        "[aggregations.md](aggregations.md).",
    ),
    (
        "pipelines/*.yaml",
        Pipeline,
        "One modelling problem: who, what to predict, from what, and how it is judged.",
    ),
    (
        "pipelines/campaigns/*.yaml",
        Campaign,
        "One lead list: which offers on which channels, by which models, to whom and how many. Long, with `offers` and "
        "`channels`, or short for one offer on one channel, with `pipeline`, `offer` and `channel`: "
        "[campaigns.md](campaigns.md).",
    ),
    (
        "pipelines/segments/*.yaml",
        Segmentation,
        "One way of putting customers into groups, used by its name as a feature is. Which keys go with which kind: "
        "[segments.md](segments.md).",
    ),
)

STANZAS: dict[type[BaseModel], tuple[type[BaseModel], ...]] = {
    WorkspaceFile: (
        EngineSpec,
        Holdout,
        ContactHistory,
        Affinity,
        Source,
        SourceDatabase,
        S3Place,
        Column,
        Checks,
        RowRule,
        CsvFormat,
        Join,
    ),
    FeatureFile: (Feature,),
    Pipeline: (
        Population,
        Target,
        FeatureChoice,
        Split,
        Tune,
        ModelChoice,
        Distributed,
        Gates,
        Treatment,
        Monitor,
        Marks,
        EarlyWarning,
        Indicator,
        Unusual,
        Forest,
    ),
    Campaign: (
        NamedOffer,
        Offer,
        ValueModel,
        Channel,
        Exclusion,
        Rule,
        Capacity,
        ByFeature,
        Sellers,
        Control,
        Explore,
        Export,
        Database,
        Money,
    ),
    Segmentation: (Group, Measure, NumberOf, Weights),
}

MISSING: dict[tuple[type[BaseModel], str], str] = {
    (WorkspaceFile, "name"): "Begins the names of experiments and registered models.",
    (
        WorkspaceFile,
        "timezone",
    ): "As-of days begin at midnight here; timestamps with a zone are read as local time.",
    (
        WorkspaceFile,
        "language",
    ): "Of the sentences, headers and sheets of lead files: English or Simplified Chinese.",
    (
        WorkspaceFile,
        "engine",
    ): "Where tables live and queries run: this process, or Spark. See [spark.md](spark.md).",
    (WorkspaceFile, "tracking_uri"): "The MLflow store. A relative SQLite path starts at the workspace.",
    (WorkspaceFile, "customer_key"): "The customer's column in every source that does not say otherwise.",
    (WorkspaceFile, "holdout"): "Customers whom no campaign ever contacts. None when left out.",
    (WorkspaceFile, "sources"): "The input tables.",
    (Holdout, "share"): "Share of all customers.",
    (
        Holdout,
        "salt",
    ): "Decides who they are; another salt draws others. Do not change it while campaigns run.",
    (
        Source,
        "kind",
    ): "What a row is; decides which clocks and aggregations there are. See [time.md](time.md).",
    (Source, "columns"): "The columns that may be used. Others in the file are ignored.",
    (Source, "valid_from"): "The first day on which the row holds.",
    (Source, "joins"): "Columns of lookups to bring in.",
    (Source, "csv"): "How a delimited text file is written.",
    (Source, "description"): "For people.",
    (Column, "type"): "How the column is read. `string` keeps leading zeros.",
    (Column, "description"): "For people; a flat table's column is called so in reasons.",
    (CsvFormat, "quote"): "One character, or empty for none.",
    (CsvFormat, "decimal"): "The decimal point.",
    (CsvFormat, "timestamp_format"): "As in strftime. ISO timestamps by default.",
    (CsvFormat, "na"): "Texts that mean an unknown value.",
    (Join, "source"): "A source of kind `lookup`.",
    (FeatureFile, "subject"): "What the features are about.",
    (FeatureFile, "source"): "The source whose rows are aggregated. Formulas may name features of any file.",
    (
        FeatureFile,
        "windows",
    ): "Lookback windows of every stanza that does not say otherwise. None: all that is known.",
    (FeatureFile, "features"): "The stanzas.",
    (FeatureFile, "description"): "For people.",
    (Feature, "agg"): "How rows are combined. See [aggregations.md](aggregations.md).",
    (
        Feature,
        "label",
    ): "What it is called in pages and reasons. `{window}` becomes the days. By default the name.",
    (Feature, "unit"): "Said after a value, in the plural.",
    (Feature, "description"): "For people.",
    (Feature, "protected"): "Never a feature of a model, a reason or a column of a lead file.",
    (Feature, "tags"): "For people.",
    (Pipeline, "pipeline"): "Its name on the command line, in folders and in MLflow.",
    (
        Pipeline,
        "kind",
    ): "What the probability means: answers given contact, purchase, leaving or falling behind.",
    (Pipeline, "description"): "One sentence; stands on the model card.",
    (Pipeline, "population"): "Who is eligible, at which as-of dates.",
    (Pipeline, "target"): "What we predict.",
    (Pipeline, "features"): "Which features the model may use.",
    (Pipeline, "split"): "How the cases are divided.",
    (Pipeline, "tune"): "How `leadlift tune` searches.",
    (Pipeline, "model"): "How the model is made.",
    (Pipeline, "gates"): "What `leadlift promote` asks of a version.",
    (EarlyWarning, "indicators"): "Key risk indicators, each with its limits.",
    (EarlyWarning, "unusual"): "What is held against the customer's own past. Nothing when left out.",
    (Indicator, "feature"): "Whose value is held against the limits.",
    (Unusual, "forest"): "How all the features are judged together; null for not at all.",
    (Forest, "trees"): "More trees make scores steadier and take longer.",
    (Forest, "seed"): "Another seed grows another forest.",
    (Population, "as_of"): "Customers at these as-of dates: a rhythm, or a list of dates.",
    (Target, "where"): "Over the target source's columns: which rows count as the outcome.",
    (Target, "gap"): "Days between the as-of date and the outcome window.",
    (FeatureChoice, "include"): "These features,",
    (FeatureChoice, "exclude"): "but not these. Features that are pii or protected are left out in any case.",
    (Split, "valid"): "Share of customers on whose cases boosting stops and tuning chooses.",
    (Split, "calibration"): "Share of customers on whose cases scores become probabilities.",
    (Split, "seed"): "Another seed draws other customers.",
    (Tune, "trials"): "Parameter settings to try.",
    (Tune, "metric"): "Measured on the validation cases.",
    (ModelChoice, "params"): "LightGBM's parameters; these go before tuned ones.",
    (
        ModelChoice,
        "calibration",
    ): "How outputs become chances (docs/probabilities.md); `auto` chooses on later calibration cases.",
    (ModelChoice, "max_rounds"): "Trees at most.",
    (
        ModelChoice,
        "early_stopping",
    ): "Rounds without a gain on the validation cases after which boosting stops.",
    (Campaign, "campaign"): "Its name on the command line, in folders and in list ids.",
    (Campaign, "description"): "For people.",
    (Campaign, "pipeline"): "Whose scores rank the list, in the short form.",
    (Campaign, "offer"): "What is offered, in the short form.",
    (Campaign, "channel"): "How the customer is contacted, in the short form.",
    (Campaign, "offers"): "What may be offered, by name; all compete for each customer.",
    (Campaign, "channels"): "How customers may be contacted, by name.",
    (Campaign, "exclude"): "Rules over features that remove customers, in this order.",
    (Campaign, "policy"): "The contact policy: rules in the order of the waterfall.",
    (Campaign, "capacity"): "How many contacts there is room for.",
    (Campaign, "sellers"): "Who works the list.",
    (Campaign, "control"): "Who of the chosen is not contacted.",
    (Campaign, "explore"): "Who is contacted whatever the score.",
    (Campaign, "currency"): "Of values and costs, as people write it.",
    (Capacity, "all"): "At most so many contacts in all.",
    (Capacity, "by"): "And for each value of a feature.",
    (ByFeature, "feature"): "Such as `home_branch`.",
    (ByFeature, "most"): "At most so many contacts for each value.",
    (Control, "share"): "Of those chosen.",
    (Explore, "share"): "Of the list.",
    (Offer, "pipeline"): "Whose chance, or uplift, the offer is judged by.",
    (Channel, "label"): "For people: stands in the lead file instead of the name.",
    (ValueModel, "pipeline"): "Of kind value, scored for the day.",
    (Rule, "after"): "What the pause follows: `refused`, by `contacts.refused` of leadlift.yaml.",
    (Rule, "from"): "The earlier offer.",
    (Rule, "pipeline"): "Whose chance is meant, such as of leaving or of falling behind.",
    (WorkspaceFile, "contacts"): "The contact history that caps and pauses count.",
    (ContactHistory, "source"): "A source of kind `events`.",
    (
        Campaign,
        "min_probability",
    ): "Nobody below this calibrated probability; of uplift models, this effect or added amount.",
    (Campaign, "valid_for"): "The list's last day is the as-of date plus these.",
    (Campaign, "export"): "The lead files.",
    (Campaign, "money"): "For the profit curve of the model report.",
    (Money, "currency"): "As people write it.",
    (NamedOffer, "name"): "For programs.",
    (NamedOffer, "label"): "For people: stands in the lead file.",
    (Offer, "label"): "For people: stands in the lead file.",
    (Exclusion, "rule"): "Its name in the waterfall.",
    (Export, "formats"): "Which files are written.",
    (Export, "delimiter"): "Of the CSV file.",
    (
        Segmentation,
        "segment",
    ): "Its name: of the feature that says who is where, on the command line and in folders.",
    (Segmentation, "kind"): "How the groups are made.",
    (Segmentation, "label"): "For people. By default the name.",
    (Segmentation, "description"): "For people; stands on the page.",
    (Segmentation, "groups"): "The groups by name, in the order in which they are asked.",
    (Segmentation, "weights"): "RFM: what each part counts in the score.",
    (
        Segmentation,
        "method",
    ): "Clusters: nearest middle, or a mixture of Gaussians with a variance for each measure.",
    (Segmentation, "seed"): "Clusters: another seed draws other customers.",
    (Group, "label"): "For people. Of clusters instead of the name proposed.",
    (Measure, "name"): "Its name in the frozen definition.",
    (Measure, "weight"): "Counts so much more in the distance.",
    (NumberOf, "from"): "At least.",
    (NumberOf, "to"): "At most.",
    (Weights, "r"): "Recency.",
    (Weights, "f"): "Frequency.",
    (Weights, "m"): "Money.",
}
