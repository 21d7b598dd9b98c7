#include "cloud/events/events.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace cruddur::cloud::events {

namespace {

constexpr std::size_t rules_max = 100; // of a region
constexpr std::int64_t page_max = 100;

[[noreturn]] void refuse_missing(std::string message) {
    throw refusal{"ResourceNotFoundException", std::move(message)};
}

json::object described(const rule& of) {
    json::object out{{"Name", of.name},
                     {"Arn", of.arn()},
                     {"EventPattern", of.pattern},
                     {"State", of.state},
                     {"EventBusName", "default"}};
    if (!of.description.empty()) out["Description"] = of.description;
    return out;
}

void set_state(const call& in, const char* state) {
    check_bus(in);
    rule changed = existing_rule(in, "Name");
    changed.state = state;
    save_rule(in.db, changed);
    read_rules_again(in);
}

wire::page page_of(const call& in, std::size_t size) {
    const auto most = static_cast<std::size_t>(optional_integer(in.input, "Limit").value_or(page_max));
    auto out = wire::page_at(optional_text(in.input, "NextToken"), most, size);
    if (!out) refuse_validation("NextToken is invalid.");
    out->token = "NextToken";
    return *out;
}

} // namespace

void refuse_validation(std::string message) {
    throw refusal{"ValidationException", std::move(message)};
}

void check_bus(const call& in) {
    const auto bus = optional_text(in.input, "EventBusName");
    const std::string arn =
        fmt::format("arn:aws:events:{}:{}:event-bus/default", in.region, ground::account_id);
    if (bus && *bus != "default" && *bus != arn)
        refuse_missing(fmt::format("Event bus {} does not exist.", *bus));
}

rule existing_rule(const call& in, std::string_view member) {
    const std::string name = text_of(in.input, member);
    auto found = find_rule(in.db, in.region, name);
    if (!found) refuse_missing(fmt::format("Rule {} does not exist on EventBus default.", name));
    return std::move(*found);
}

void read_rules_again(const call& in) {
    auto& bus = in.env.part<event_bus>();
    in.after_commit([&bus] { bus.read_rules(); });
}

json::object put_rule(const call& in) {
    check_bus(in);
    rule made{.region = in.region,
              .name = text_of(in.input, "Name"),
              .pattern = text_of(in.input, "EventPattern"),
              .state = optional_text(in.input, "State").value_or("ENABLED"),
              .description = text_of(in.input, "Description")};
    if (made.pattern.empty())
        refuse_validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
    try {
        static_cast<void>(event_pattern::parse(made.pattern));
    } catch (const malformed_pattern& failed) {
        throw refusal{"InvalidEventPatternException",
                      fmt::format("Event pattern is not valid. Reason: {}", failed.what())};
    }
    const bool is_new = !find_rule(in.db, in.region, made.name);
    if (is_new && rules_of(in.db, in.region).size() >= rules_max) {
        throw refusal{"LimitExceededException", "The requested resource exceeds the maximum number allowed."};
    }
    save_rule(in.db, made);
    read_rules_again(in);
    return {{"RuleArn", made.arn()}};
}

json::object describe_rule(const call& in) {
    check_bus(in);
    json::object out = described(existing_rule(in, "Name"));
    out["CreatedBy"] = ground::account_id;
    return out;
}

json::object delete_rule_operation(const call& in) {
    check_bus(in);
    const auto found = find_rule(in.db, in.region, text_of(in.input, "Name"));
    if (!found) return {}; // as AWS has it
    if (!targets_of(in.db, *found).empty()) refuse_validation("Rule can't be deleted since it has targets.");
    delete_rule(in.db, *found);
    read_rules_again(in);
    return {};
}

json::object enable_rule(const call& in) {
    set_state(in, "ENABLED");
    return {};
}

json::object disable_rule(const call& in) {
    set_state(in, "DISABLED");
    return {};
}

json::object list_rules(const call& in) {
    check_bus(in);
    const std::string prefix = text_of(in.input, "NamePrefix");
    std::vector<rule> all = rules_of(in.db, in.region);
    std::erase_if(all, [&](const rule& each) { return !each.name.starts_with(prefix); });
    return wire::listed("Rules", all, page_of(in, all.size()), described);
}

json::object list_rule_names_by_target(const call& in) {
    check_bus(in);
    const std::string arn = text_of(in.input, "TargetArn");
    std::vector<rule> all = rules_of(in.db, in.region);
    std::erase_if(all, [&](const rule& each) {
        const std::vector<target> targets = targets_of(in.db, each);
        return std::ranges::find(targets, arn, &target::arn) == targets.end();
    });
    return wire::listed("RuleNames", all, page_of(in, all.size()),
                        [](const rule& each) { return json::string{each.name}; });
}

json::object list_targets_by_rule(const call& in) {
    check_bus(in);
    const std::vector<target> all = targets_of(in.db, existing_rule(in, "Rule"));
    return wire::listed("Targets", all, page_of(in, all.size()), [](const target& each) {
        json::object out{{"Id", each.id}, {"Arn", each.arn}};
        if (!each.input.empty()) out["Input"] = each.input;
        if (!each.input_path.empty()) out["InputPath"] = each.input_path;
        if (!each.input_template.empty()) {
            json::object transformer{{"InputTemplate", each.input_template}};
            if (!each.paths.empty()) transformer["InputPathsMap"] = json::parse(each.paths);
            out["InputTransformer"] = std::move(transformer);
        }
        return out;
    });
}

} // namespace cruddur::cloud::events
