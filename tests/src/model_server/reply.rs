//! What the server answers, and how well that goes.

use std::time::Duration;

/// What the model says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Its text.
    pub text: String,
    /// Its thoughts, marked as such; may be empty.
    pub thoughts: String,
    /// How it ends.
    pub finish: Finish,
    /// Tokens of the prompt, as reported.
    pub input_tokens: u64,
    /// Tokens of the reply, thoughts included, as reported. At least 1.
    pub output_tokens: u64,
}

/// How an answer ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finish {
    /// By itself.
    Stop,
    /// At the length limit.
    Length,
    /// The model declines.
    Refusal,
}

/// How an answer travels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// As it should.
    Whole,
    /// With a pause before each piece.
    Drip(Duration),
    /// The connection breaks in the middle.
    Cut,
    /// The body ends in the middle, in good order.
    Stub,
    /// A stream ends in good order before its last events; a plain body is cut off.
    Unended,
    /// Nothing comes, not even a status.
    Hang,
    /// Nothing comes after the first half.
    HangMidway,
    /// Everything comes, but the connection stays open.
    OpenEnd,
    /// A stream reports an error in its middle; a plain reply is that error, with status 200.
    ErrorMidway,
    /// No body at all.
    Empty,
    /// Noise.
    Garbage,
    /// A web page, with status 200.
    Html,
    /// An answer of this many characters.
    Huge(usize),
    /// An error, in the API's own shape.
    Status {
        /// The HTTP status.
        status: u16,
        /// The API's name for it.
        code: String,
        /// Words for people.
        message: String,
        /// Further headers.
        headers: Vec<(String, String)>,
    },
    /// Any body at all.
    Raw {
        /// The HTTP status.
        status: u16,
        /// Its `content-type`.
        content_type: String,
        /// The body.
        body: String,
    },
}

/// An answer and how it travels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// What the model says.
    pub answer: Answer,
    /// How that travels.
    pub delivery: Delivery,
    /// As one JSON document although a stream was asked for.
    pub plain: bool,
}

impl Reply {
    /// A good reply.
    pub fn text(text: impl Into<String>) -> Self {
        let answer = Answer {
            text: text.into(),
            thoughts: String::new(),
            finish: Finish::Stop,
            input_tokens: 11,
            output_tokens: 7,
        };
        Self { answer, delivery: Delivery::Whole, plain: false }
    }

    /// An error without further headers.
    pub fn status(status: u16, code: &str, message: &str) -> Self {
        Self::status_with(status, code, message, &[])
    }

    /// An error with headers.
    pub fn status_with(status: u16, code: &str, message: &str, headers: &[(&str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (code, message) = (code.to_owned(), message.to_owned());
        Self::text("").delivered(Delivery::Status { status, code, message, headers })
    }

    /// The same answer, travelling otherwise.
    #[must_use]
    pub fn delivered(self, delivery: Delivery) -> Self {
        Self { delivery, ..self }
    }

    /// The same, with thoughts.
    #[must_use]
    pub fn with_thoughts(mut self, thoughts: &str) -> Self {
        thoughts.clone_into(&mut self.answer.thoughts);
        self
    }

    /// The same, ending otherwise.
    #[must_use]
    pub fn finishing(mut self, finish: Finish) -> Self {
        self.answer.finish = finish;
        self
    }

    /// The same, as a server that knows no streams sends it.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { plain: true, ..self }
    }
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}
