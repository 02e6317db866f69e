use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, Required, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{actions, events, patch, reads};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "weco",
        description = "What the dashboard asks of the daemon. Every request needs the dashboard's token: as \
                       `Authorization: Bearer TOKEN`, also under 127.0.0.1 and localhost, or in the cookie that the \
                       printed URL gives, under the dashboard's own host name alone. What is posted is JSON and needs \
                       the header `X-Weco: 1`.",
    ),
    modifiers(&Guarded),
    security(("bearer" = []), ("cookie" = [])),
    paths(
        reads::me,
        reads::runs,
        reads::run,
        reads::tree,
        reads::node,
        patch::patch,
        events::of_run,
        events::of_output,
        events::of_all,
        actions::stop,
        actions::resume,
        actions::derive,
        actions::instruct,
        actions::apply,
        actions::approve,
        actions::revise,
        actions::reject,
    )
)]
struct Document;

/// What is true of every operation: who is answered, and how the others are.
struct Guarded;

impl Modify for Guarded {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description("weco_7340", "`weco_` and the port");
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        for (path, item) in &mut document.paths.paths {
            for (method, operation) in [(HttpMethod::Get, &mut item.get), (HttpMethod::Post, &mut item.post)]
            {
                let Some(operation) = operation else { continue };
                refuse(operation);
                let parameters = operation.parameters.get_or_insert_default();
                parameters.extend(names(path).map(|name| parameter(name, ParameterIn::Path)));
                if method == HttpMethod::Post {
                    parameters.push(parameter("X-Weco", ParameterIn::Header));
                }
            }
        }
    }
}

fn refuse(operation: &mut Operation) {
    let refusals = [
        ("401", "The token is missing, or is of another daemon."),
        ("403", "Asked under a foreign name, by a foreign page, or without the header X-Weco."),
        ("default", "Whatever else is wrong: it was not carried out, and nothing was changed."),
    ];
    for (status, description) in refusals {
        let content = Content::new(Some(Ref::from_schema_name("ErrorBody")));
        let response =
            ResponseBuilder::new().description(description).content("application/json", content).build();
        operation.responses.responses.insert(status.to_owned(), response.into());
    }
}

/// What is in braces in a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn parameter(name: &str, place: ParameterIn) -> Parameter {
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build();
    ParameterBuilder::new().name(name).parameter_in(place).required(Required::True).schema(Some(text)).build()
}

/// The API as an OpenAPI 3.1 document in JSON.
pub fn openapi() -> String {
    Document::openapi().to_pretty_json().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_in_the_document() {
        let document = Document::openapi();
        for route in super::super::router::ROUTES {
            assert!(document.paths.paths.contains_key(*route), "{route}");
        }
        assert_eq!(document.paths.paths.len(), super::super::router::ROUTES.len());
    }

    #[test]
    fn every_operation_says_who_is_answered() {
        let document: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        assert!(document["security"].to_string().contains("bearer"), "{}", document["security"]);
        let schemes = &document["components"]["securitySchemes"];
        assert_eq!(
            (&schemes["bearer"]["scheme"], &schemes["cookie"]["in"]),
            (&"bearer".into(), &"cookie".into())
        );
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                for status in ["401", "403", "default"] {
                    let body =
                        &operation["responses"][status]["content"]["application/json"]["schema"]["$ref"];
                    assert_eq!(body, "#/components/schemas/ErrorBody", "{method} {path}");
                }
                let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
                let named =
                    |name: &str| parameters.iter().any(|it| it["name"] == name && it["required"] == true);
                assert!(names(path).all(named), "{method} {path}");
                assert_eq!(named("X-Weco"), method == "post", "{path}");
            }
        }
        let news = &document["components"]["schemas"]["NewsJson"];
        assert!(news.to_string().contains("OfRun"), "the events' bodies are there: {news}");
    }
}
