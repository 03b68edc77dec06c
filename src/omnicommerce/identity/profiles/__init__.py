"""What the shop knows about a person: facts, which of them counts, and who may see it."""

from __future__ import annotations

from omnicommerce.identity.profiles.facts import Fact as Fact
from omnicommerce.identity.profiles.facts import FactId as FactId
from omnicommerce.identity.profiles.facts import FactRetraction as FactRetraction
from omnicommerce.identity.profiles.facts import Field as Field
from omnicommerce.identity.profiles.facts import Kind as Kind
from omnicommerce.identity.profiles.facts import Told as Told
from omnicommerce.identity.profiles.facts import Value as Value
from omnicommerce.identity.profiles.facts import facts_of as facts_of
from omnicommerce.identity.profiles.facts import kind_of as kind_of
from omnicommerce.identity.profiles.facts import standing as standing
from omnicommerce.identity.profiles.kept import FACTS as FACTS
from omnicommerce.identity.profiles.kept import MemberFacts as MemberFacts
from omnicommerce.identity.profiles.kept import ProfileTold as ProfileTold
from omnicommerce.identity.profiles.kept import with_told as with_told
from omnicommerce.identity.profiles.profile import OWNER as OWNER
from omnicommerce.identity.profiles.profile import Beaten as Beaten
from omnicommerce.identity.profiles.profile import KnownValue as KnownValue
from omnicommerce.identity.profiles.profile import Profile as Profile
from omnicommerce.identity.profiles.profile import ProfileRules as ProfileRules
from omnicommerce.identity.profiles.profile import View as View
from omnicommerce.identity.profiles.profile import exported as exported
from omnicommerce.identity.profiles.profile import profile as profile
from omnicommerce.identity.profiles.survivorship import ByChannel as ByChannel
from omnicommerce.identity.profiles.survivorship import FieldRules as FieldRules
from omnicommerce.identity.profiles.survivorship import Longest as Longest
from omnicommerce.identity.profiles.survivorship import MostRecent as MostRecent
from omnicommerce.identity.profiles.survivorship import MostTrusted as MostTrusted
from omnicommerce.identity.profiles.survivorship import Policy as Policy
from omnicommerce.identity.profiles.survivorship import Step as Step
from omnicommerce.identity.profiles.survivorship import Tie as Tie
