// The sliding curve: a marker that follows a range slider. The page works without it.
"use strict";
