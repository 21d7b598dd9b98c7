#include "cloud/wire/call_protocol.hpp"
#include "cloud/wire/codec.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>

using namespace cruddur::cloud::ground;
using namespace cruddur::cloud::wire;
namespace wire = cruddur::cloud::wire; // whose service is not the only one
namespace http = cruddur::http;
namespace json = boost::json;
using place = model_member::place;
using kind = model_shape::kind;
using testing::HasSubstr;

namespace {

// A service of each protocol with one operation, PutThing, whose shapes have all that a codec meets.
constexpr model_shape text_shape{};
constexpr model_shape number{.name = {}, .is = kind::number, .members = {}};
constexpr model_shape boolean{.name = {}, .is = kind::boolean, .members = {}};
constexpr model_shape timestamp{.name = {}, .is = kind::timestamp, .members = {}};
constexpr model_shape blob{.name = {}, .is = kind::blob, .members = {}};
constexpr std::array<std::string_view, 2> colours_of{"red", "blue"};
constexpr model_shape colour{.name = "Colour", .is = kind::text, .members = {}, .values = colours_of};

constexpr model_member plain(std::string_view name, const model_shape& put_thing_shape,
                             std::string_view xml = {}) {
    return {.name = name, .wire = name, .shape = &put_thing_shape, .xml = xml.empty() ? name : xml};
}

constexpr std::array row_element{plain("member", number, "item")};
constexpr model_shape row_shape{.name = "Row", .is = kind::list, .members = row_element};
constexpr std::array matrix_element{plain("member", row_shape, "Row")};
constexpr model_shape matrix{.name = "Matrix", .is = kind::list, .members = matrix_element};
constexpr std::array texts_element{plain("member", text_shape)};
constexpr model_shape codec_texts{.name = "Texts", .is = kind::list, .members = texts_element};
constexpr std::array map_element{plain("member", text_shape)};
constexpr model_shape map{.name = "Map", .is = kind::map, .members = map_element};
constexpr std::array inner_members{plain("Size", number, "size"), plain("When", timestamp, "when")};
constexpr model_shape inner{.name = "Inner", .is = kind::structure, .members = inner_members};
constexpr std::array things_element{plain("member", inner, "Thing")};
constexpr model_shape things{.name = "Things", .is = kind::list, .members = things_element};

constexpr std::array members{
    model_member{"Name", "Name", &text_shape, true, false, place::body, "name"},
    plain("Flag", boolean),
    plain("When", timestamp),
    plain("Bytes", blob),
    plain("Matrix", matrix, "matrix"),
    model_member{"Words", "Word", &codec_texts, false, false, place::body, "Word", true},
    plain("Empty", things),
    plain("Things", things),
    plain("Colour", colour),
    plain("Unserved", text_shape),
};
constexpr model_shape put_thing_shape{.name = "PutThingShape", .is = kind::structure, .members = members};
constexpr std::array operations_of{
    model_operation{.name = "DescribeNothing", .input = &put_thing_shape},
    model_operation{.name = "PutThing", .input = &put_thing_shape, .output = &put_thing_shape},
};
constexpr std::array errors_of{model_error{"NoThing", 404}};
constexpr std::array thing_operations{
    operation{"PutThing", "Name Flag When Bytes Matrix Words Empty Things Colour", handler_at_once{nullptr}}};
constexpr std::array structures{served_structure{"Inner", "Size When"}};

constexpr service_model model_of(protocol speaks) {
    return {"thing", "2020-01-01", speaks, "Things", operations_of, errors_of};
}
constexpr service_model query_model = model_of(protocol::query);
constexpr service_model ec2_model_here = model_of(protocol::ec2);
constexpr service_model json_model = model_of(protocol::json);

constexpr wire::service service_of(const service_model& model) {
    return {.model = model,
            .operations = thing_operations,
            .title = "Things",
            .xmlns = "urn:things",
            .validation_code = "Invalid",
            .limits = {},
            .structures = structures};
}
constexpr wire::service query_service = service_of(query_model);
constexpr wire::service ec2 = service_of(ec2_model_here);
constexpr wire::service json_service = service_of(json_model);

// The same of REST-JSON, whose members stand all over.
constexpr std::array asked_members{
    model_member{"Name", "Name", &text_shape, true, false, place::label},
    model_member{"Max", "max", &number, false, false, place::query},
    model_member{"Keys", "key", &codec_texts, false, false, place::query},
    model_member{"Kind", "X-Kind", &text_shape, false, false, place::header},
    model_member{"Labels", "Labels", &map},
};
constexpr model_shape asked_shape{.name = "Asked", .is = kind::structure, .members = asked_members};
constexpr std::array answered_members{
    model_member{"Status", "Status", &number, false, false, place::status},
    model_member{"Log", "X-Log", &text_shape, false, false, place::header},
    model_member{"When", "When", &timestamp},
    model_member{"Labels", "labels", &map},
};
constexpr model_shape answered_shape{.name = "Answered", .is = kind::structure, .members = answered_members};
constexpr std::array carried_members{
    model_member{"Name", "Name", &text_shape, true, false, place::label},
    model_member{"Payload", "Payload", &blob, false, false, place::payload},
};
constexpr model_shape carried_shape{.name = "Carried", .is = kind::structure, .members = carried_members};
constexpr std::array rest_operations{
    model_operation{"Carry", &carried_shape, "POST", "/c/{Name}", &carried_shape, 200},
    model_operation{"Forget", &asked_shape, "DELETE", "/things/{Name}", nullptr, 204},
    model_operation{"Get", &asked_shape, "GET", "/a/{Other}/things/{Name}", &answered_shape, 201},
};
constexpr service_model rest_model{"thing", "2020-01-01",    protocol::rest_json,
                                   "",      rest_operations, errors_of};
constexpr std::array rest_rows{operation{"Carry", "Name Payload", handler_at_once{nullptr}},
                               operation{"Get", "Name Max Keys Kind Labels", handler_at_once{nullptr}}};
constexpr wire::service rest{.model = rest_model, .operations = rest_rows, .validation_code = "Invalid"};

std::string refusal_code_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const refusal& why) {
        return why.code();
    }
    return "";
}

std::string mistake_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const answer_error& why) {
        return why.what();
    }
    return "";
}

json::object read(const wire::service& of, std::string_view body, std::string_view name = "PutThing") {
    http::request from;
    from.method = http::verb::post;
    from.body = body;
    return read_input(of, *of.find(name), from);
}

json::object read_form(const wire::service& of, const std::string& form) {
    return read(of, "Action=PutThing&Version=2020-01-01&" + form);
}

std::string written(const wire::service& of, const json::object& answer) {
    return write_answer(of, *of.model.find("PutThing"), answer, "id").body;
}

// An answer of every kind of value.
json::object all_of_it() {
    return {{"Name", "a<b"},
            {"Flag", false},
            {"When", 1'234'567'890'012},
            {"Bytes", "\xff\x01"},
            {"Matrix", {{1, 2}, json::array{}}},
            {"Words", {"x", "y"}},
            {"Empty", json::array{}},
            {"Things", json::array{json::object{{"Size", 3}, {"When", 0}}}}};
}

TEST(query_codec, reads_a_form_by_the_model) {
    EXPECT_EQ(json::value(read_form(query_service,
                                    "Name=a&Flag=true&When=2009-02-13T23:31:30Z&Matrix.Row.1.item.1=7"
                                    "&Matrix.Row.1.item.2=8&Empty=&Things.Thing.1.Size=3&Word.member.1=x")),
              json::value({{"Name", "a"},
                           {"Flag", true},
                           {"When", 1'234'567'890'000},
                           {"Matrix", json::array{json::array{7, 8}}},
                           {"Empty", json::array{}},
                           {"Things", json::array{json::object{{"Size", 3}}}},
                           {"Words", json::array{"x"}}}));
}

TEST(query_codec, refuses_as_each_dialect_does) {
    const auto refused = [](const wire::service& of, const char* form) {
        return refusal_code_of([&] { (void)read_form(of, form); });
    };
    EXPECT_EQ(refused(ec2, "Name=a&Flag=true"), "");
    EXPECT_EQ(refused(ec2, "Flag=true"), "MissingParameter");
    EXPECT_EQ(refused(ec2, "Name=a&Flag=b"), "InvalidParameterValue");
    EXPECT_EQ(refused(ec2, "Name.1=a"), "InvalidParameterValue");
    EXPECT_EQ(refused(ec2, "Name=a&When=now"), "InvalidParameterValue");
    EXPECT_EQ(refused(ec2, "Name=a&Other=b"), "UnknownParameter");
    EXPECT_EQ(refused(ec2, "Name=a&Unserved=b"), "UnknownParameter");
    EXPECT_EQ(refused(query_service, "Name=a&Other=b"), "InvalidParameterCombination");
    EXPECT_EQ(refused(query_service, "Name=a&Things.Thing.1.Size=b"), "InvalidParameterValue");
    EXPECT_EQ(refused(query_service, "Name=a&Things.Thing.1.Colour=b"), "InvalidParameterCombination");
    EXPECT_EQ(refusal_code_of([] { (void)read(query_service, "Version=2020-01-01&Name=a"); }),
              "MissingAction");
    EXPECT_EQ(refusal_code_of([] { (void)read(query_service, "Action=PutThing&Version=1&Name=a"); }),
              "InvalidAction");
    EXPECT_EQ(refusal_code_of([] { (void)read(ec2, "Action=PutThing&Version=1&Name=a"); }), "NoSuchVersion");
}

TEST(query_codec, writes_every_kind_of_value) {
    EXPECT_EQ(
        written(query_service, all_of_it()),
        "<?xml version=\"1.0\"?><PutThingResponse xmlns=\"urn:things\"><PutThingResult><name>a&lt;b</name>"
        "<Flag>false</Flag><When>2009-02-13T23:31:30.012Z</When><Bytes>/wE=</Bytes>"
        "<matrix><Row><item>1</item><item>2</item></Row><Row/></matrix><Word>x</Word><Word>y</Word><Empty/>"
        "<Things><Thing><size>3</size><when>1970-01-01T00:00:00.000Z</when></Thing></Things>"
        "</PutThingResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></PutThingResponse>");
    EXPECT_EQ(written(ec2, {{"Name", "a"}}),
              "<?xml version=\"1.0\"?><PutThingResponse xmlns=\"urn:things\"><requestId>id</requestId>"
              "<return>true</return><name>a</name></PutThingResponse>");
    const auto nothing = write_answer(ec2, *ec2.model.find("DescribeNothing"), {}, "id");
    EXPECT_EQ(nothing.body,
              "<?xml version=\"1.0\"?><DescribeNothingResponse xmlns=\"urn:things\"><requestId>id"
              "</requestId></DescribeNothingResponse>");
}

TEST(json_codec, reads_a_body_by_the_model) {
    EXPECT_EQ(json::value(read(json_service,
                               R"({"Name":"a","Flag":false,"Matrix":[[1],[]],"Empty":[],"Words":null,)"
                               R"("Bytes":"/wE=","Unserved":""})")),
              json::value({{"Name", "a"},
                           {"Flag", false},
                           {"Matrix", json::array{json::array{1}, json::array{}}},
                           {"Empty", json::array{}},
                           {"Bytes", "\xff\x01"},
                           {"Unserved", ""}}));
}

TEST(json_codec, refuses_what_the_model_does_not_have) {
    const auto refused = [](const char* body) {
        return refusal_code_of([&] { (void)read(json_service, body); });
    };
    EXPECT_EQ(refused(R"({"Name":"a"})"), "");
    EXPECT_EQ(refused("{}"), "Invalid");
    EXPECT_EQ(refused(R"({"Name":1})"), "SerializationException");
    EXPECT_EQ(refused(R"({"Name":"a","Flag":"true"})"), "SerializationException");
    EXPECT_EQ(refused(R"({"Name":"a","Matrix":[1]})"), "SerializationException");
    EXPECT_EQ(refused(R"({"Name":"a","Bytes":"%"})"), "SerializationException");
    EXPECT_EQ(refused(R"({"Name":"a","Things":[{"Size":"3"}]})"), "SerializationException");
    EXPECT_EQ(refused(R"({"Name":"a","Things":[{"Weight":3}]})"), "Invalid");
    EXPECT_EQ(refused(R"({"Name":"a","Colour":"green"})"), "Invalid");
    EXPECT_EQ(refused(R"({"Name":"a","Unserved":"b"})"), "Invalid");
    EXPECT_EQ(refused(R"({"Name":"a","Other":1})"), "Invalid");
    EXPECT_EQ(refused("[]"), "SerializationException");
}

TEST(json_codec, writes_every_kind_of_value) {
    json::object answer = all_of_it();
    answer["When"] = 1'234'567'890'000;
    EXPECT_EQ(
        written(json_service, answer),
        R"({"Name":"a<b","Flag":false,"When":1234567890,"Bytes":"/wE=","Matrix":[[1,2],[]],"Word":["x","y"],)"
        R"("Empty":[],"Things":[{"Size":3,"When":0}]})");
    EXPECT_EQ(json::parse(written(json_service, {{"When", 1'500}})).at("When").as_double(), 1.5);
    EXPECT_EQ(written(json_service, {}), "{}");
}

TEST(rest_codec, reads_members_where_they_stand) {
    http::request from;
    from.query = "max=7&key=a%20b&key=c&unknown=1";
    from.fields = {{"x-kind", "k"}};
    from.parameters = {"o", "n"};
    from.body = R"({"Labels":{"x":"y"}})";
    const auto get = [&] { return read_input(rest, *rest.find("Get"), from); };
    EXPECT_EQ(json::value(get()), json::value({{"Labels", json::object{{"x", "y"}}},
                                               {"Name", "n"},
                                               {"Max", 7},
                                               {"Keys", json::array{"a b", "c"}},
                                               {"Kind", "k"}}));
    from.query = "max=x";
    EXPECT_EQ(refusal_code_of([&] { (void)get(); }), "SerializationException");
    from.query = "";
    from.body = R"({"Name":"n"})";
    EXPECT_EQ(refusal_code_of([&] { (void)get(); }), "SerializationException");
}

TEST(rest_codec, carries_a_payload_as_it_is) {
    http::request from;
    from.parameters = {"n"};
    from.body = "no { JSON";
    EXPECT_EQ(json::value(read_input(rest, *rest.find("Carry"), from)),
              json::value({{"Name", "n"}, {"Payload", "no { JSON"}}));
    const auto answer = write_answer(rest, *rest.model.find("Carry"), {{"Payload", "\xff"}}, "id");
    EXPECT_EQ(answer.body, "\xff");
    EXPECT_EQ(answer.status, 200U);
}

TEST(rest_codec, writes_members_where_they_stand) {
    const auto& get = *rest.model.find("Get");
    const auto answer =
        write_answer(rest, get, {{"Log", "l"}, {"When", 2'000}, {"Labels", json::object{{"a", "b"}}}}, "id");
    EXPECT_EQ(answer.status, 201U);
    EXPECT_EQ(answer.body, R"({"When":2,"labels":{"a":"b"}})");
    EXPECT_THAT(answer.fields, testing::ElementsAre(std::pair<std::string, std::string>{"X-Log", "l"}));
    EXPECT_EQ(write_answer(rest, get, {}, "id").body, "{}");
    EXPECT_EQ(write_answer(rest, get, {{"Status", 202}}, "id").status, 202U);
    const auto gone = write_answer(rest, *rest.model.find("Forget"), {}, "id");
    EXPECT_EQ(gone.status, 204U);
    EXPECT_EQ(gone.body, "");
}

TEST(codec, sends_no_answer_that_its_model_does_not_have) {
    for (const wire::service* of : {&query_service, &ec2, &json_service}) {
        const auto mistake = [&](const json::object& answer) {
            return mistake_of([&] { (void)written(*of, answer); });
        };
        EXPECT_EQ(mistake(all_of_it()), "");
        EXPECT_THAT(mistake({{"Nmae", "a"}}), HasSubstr("PutThing.Nmae"));
        EXPECT_THAT(mistake({{"Things", json::array{json::object{{"Weight", 1}}}}}),
                    HasSubstr("PutThing.Things.Weight"));
        EXPECT_THAT(mistake({{"Name", 1}}), HasSubstr("PutThing.Name"));
        EXPECT_THAT(mistake({{"Flag", "true"}}), HasSubstr("PutThing.Flag"));
        EXPECT_THAT(mistake({{"When", "2020-01-01T00:00:00Z"}}), HasSubstr("PutThing.When"));
        EXPECT_THAT(mistake({{"Bytes", 1}}), HasSubstr("PutThing.Bytes"));
        EXPECT_THAT(mistake({{"Matrix", {1}}}), HasSubstr("PutThing.Matrix"));
        EXPECT_THAT(mistake({{"Words", "x"}}), HasSubstr("PutThing.Words"));
        EXPECT_THAT(mistake({{"Things", json::object{}}}), HasSubstr("PutThing.Things"));
        EXPECT_THAT(mistake({{"Name", nullptr}}), HasSubstr("PutThing.Name"));
    }
    const auto& get = *rest.model.find("Get");
    for (const json::object& wrong :
         {json::object{{"Log", 1}}, json::object{{"Status", "x"}}, json::object{{"x", 1}},
          json::object{{"Labels", json::object{{"a", 1}}}}})
        EXPECT_NE(mistake_of([&] { (void)write_answer(rest, get, wrong, "id"); }), "");
    EXPECT_NE(mistake_of([&] {
                  (void)write_answer(rest, *rest.model.find("Forget"), {{"a", 1}}, "id");
              }),
              "");
}

TEST(codec, writes_refusals_with_the_status_of_the_model) {
    const auto refused = [](protocol speaks, const wire::service* of, const refusal& why) {
        asked_operation asked;
        asked.speaks = speaks;
        asked.here = of;
        return error_answer(asked, why, "id");
    };
    const auto in_query = refused(protocol::query, &query_service, refusal{"NoThing", "why"});
    EXPECT_EQ(in_query.status, 404U);
    EXPECT_EQ(in_query.body,
              "<?xml version=\"1.0\"?><ErrorResponse xmlns=\"urn:things\"><Error><Type>Sender</Type>"
              "<Code>NoThing</Code><Message>why</Message></Error><RequestId>id</RequestId></ErrorResponse>");
    EXPECT_THAT(refused(protocol::query, &query_service, refusal{"Broken", "why", 500}).body,
                HasSubstr("<Type>Receiver</Type>"));
    EXPECT_EQ(
        refused(protocol::ec2, &ec2, refusal{"Wrong", "why"}).body,
        "<?xml version=\"1.0\"?><Response><Errors><Error><Code>Wrong</Code><Message>why</Message></Error>"
        "</Errors><RequestID>id</RequestID></Response>");
    // JSON 1.1 answers all that its caller did with 400.
    const auto in_json = refused(protocol::json, &json_service, refusal{"NoThing", "why"});
    EXPECT_EQ(in_json.status, 400U);
    EXPECT_EQ(in_json.body, R"({"__type":"NoThing","message":"why"})");
    const auto in_rest = refused(protocol::rest_json, &rest, refusal{"NoThing", "why"});
    EXPECT_EQ(in_rest.status, 404U);
    EXPECT_EQ(in_rest.body, R"({"Type":"User","Message":"why"})");
    EXPECT_EQ(refused(protocol::rest_json, nullptr, refusal{"NoThing", "why", 403}).status, 403U);
}

} // namespace
