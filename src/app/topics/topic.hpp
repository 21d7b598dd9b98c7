#pragma once

// What every topic is written in. A topic is a table of its routes; what its rows need stands beside it.

#include "app/answer/endpoint.hpp"

namespace cruddur::app::topics {

using answer::answer_kind;
using answer::answer_of;
using answer::bound_inputs;
using answer::call;
using answer::caller_rule;
using answer::endpoint;
using answer::resources;
using ground::rate_class;
using input::checked;
using input::refusal;
using input::refused;

} // namespace cruddur::app::topics
