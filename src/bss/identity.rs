//! The real name behind an account: whether Huawei has checked it (查询实名认证状态), and where to have a
//! face checked (获取人脸实名认证二维码). Both are meant for the customer's own agents; whether every
//! customer may ask them is not documented. Nothing here decides anything.

use super::{
    Error, Reader,
    codes::{VerifiedStatus, VerifiedType},
    read::{Ask, ReadOperation},
    record::{Record, record},
};

pub(super) const OPERATIONS: &[&ReadOperation] = &[&STATUS, &QR_CODE];

const STATUS: ReadOperation = ReadOperation {
    id: "show_real_name_auth_status",
    method: "GET",
    path: "/v2/customers/real-name-auth-status",
    per_second: 10,
    answer: RealName::FIELDS,
};
const QR_CODE: ReadOperation = ReadOperation {
    id: "show_real_name_auth_qr_code",
    method: "GET",
    path: "/v2/customers/real-name-auth-qrcode",
    per_second: 10,
    answer: FaceCheck::FIELDS,
};

record! {
    /// Whether an account's real name is verified.
    pub struct RealName {
        /// How far the check has come.
        pub status: Option<VerifiedStatus> = "verified_status",
        /// As what the account is verified; absent while it is not.
        pub kind: Option<VerifiedType> = "verified_type",
    }

    /// Where a face can be checked.
    pub struct FaceCheck {
        /// What the code to scan says. It can be used once, and for ten minutes.
        pub qr_code_url: Option<String>,
    }
}

impl Reader {
    /// Whether the account's real name is verified (`show_real_name_auth_status`).
    pub async fn real_name(&self) -> Result<RealName, Error> {
        self.ask(Ask::of(&STATUS)).await
    }

    /// A code by which a person can have the face checked (`show_real_name_auth_qr_code`). It is as good
    /// as a key for ten minutes, so it is shown to that person alone and never kept.
    pub async fn face_check(&self) -> Result<FaceCheck, Error> {
        self.ask(Ask::of(&QR_CODE)).await
    }
}
