/**
 * The policies a site starts with. Each has an id, and a reason in English and Japanese for whoever is refused.
 *
 * The forbids are written as `unless` and ask for what they rely on with `has`: about a device that the site doesn't
 * know nothing can be read, and a forbid whose evaluation fails would be skipped. Unknown is therefore forbidden.
 */
export const defaultPolicies = `@id("device-connects")
@reason("A device may connect to its site.")
@reason_ja("デバイスは自分のサイトに接続できます。")
permit (principal is Device, action == Action::"connect", resource is Site);

@id("device-recovers-at-site")
@reason("A device may attest and be updated over HTTPS.")
@reason_ja("デバイスは HTTPS で構成証明と更新を行えます。")
permit (principal is Device, action in [Action::"attest", Action::"update"], resource is Site);

@id("device-recovers-on-own-topic")
@reason("A device may attest and be updated on its own topics below $kiten/ID/.")
@reason_ja("デバイスは自分のトピック $kiten/ID/ の下で構成証明と更新を行えます。")
permit (principal is Device, action in [Action::"attest", Action::"update"], resource is Topic)
when { resource.space == "$kiten" && resource has owner && resource.owner == principal };

@id("device-enrols")
@reason("A device may obtain and renew its certificate.")
@reason_ja("デバイスは証明書を取得し、更新できます。")
permit (principal is Device, action in [Action::"enrol", Action::"renew"], resource is Site);

@id("device-publishes-in-own-name")
@reason("A device publishes below d/ID/, in its own name only.")
@reason_ja("デバイスは d/ID/ の下に、自分の名前でのみ発行できます。")
permit (principal is Device, action == Action::"publish", resource is Topic)
when { resource.space == "d" && resource has owner && resource.owner == principal };

@id("device-receives-own-commands")
@reason("A device receives the commands addressed to it, below c/ID/.")
@reason_ja("デバイスは c/ID/ の下で自分宛ての指令を受け取れます。")
permit (principal is Device, action in [Action::"subscribe", Action::"receive"], resource is Topic)
when { resource.space == "c" && resource has owner && resource.owner == principal };

@id("controller-commands")
@reason("A member of the group controllers may send commands to any device, below c/.")
@reason_ja("グループ controllers のデバイスは c/ の下でどのデバイスにも指令を送れます。")
permit (principal is Device in Group::"controllers", action == Action::"publish", resource is Topic)
when { resource.path like "c/*" };

@id("controller-reads-data")
@reason("A member of the group controllers may read what every device publishes, below d/.")
@reason_ja("グループ controllers のデバイスは d/ の下ですべてのデバイスのデータを読めます。")
permit (
  principal is Device in Group::"controllers",
  action in [Action::"subscribe", Action::"receive"],
  resource is Topic
)
when { resource.path like "d/*" };

@id("observer-reads-data")
@reason("A member of the group observers may read what every device publishes, below d/.")
@reason_ja("グループ observers のデバイスは d/ の下ですべてのデバイスのデータを読めます。")
permit (
  principal is Device in Group::"observers",
  action in [Action::"subscribe", Action::"receive"],
  resource is Topic
)
when { resource.path like "d/*" };

@id("observer-reads-broker")
@reason("A member of the group observers may read what the broker says about itself, below $SYS/.")
@reason_ja("グループ observers のデバイスは $SYS/ の下でブローカー自身の状態を読めます。")
permit (
  principal is Device in Group::"observers",
  action in [Action::"subscribe", Action::"receive"],
  resource is Topic
)
when { resource.space == "$SYS" };

@id("password-stays-with-its-own")
@reason("A device that knows only a password has its own topics below d/, c/ and $kiten/, whatever else it is granted.")
@reason_ja("パスワードしか持たないデバイスが使えるのは、ほかに何を許可されていても d/、c/、$kiten/ の下の自分のトピックだけです。")
forbid (
  principal is Device in Group::"password",
  action in [Action::"publish", Action::"subscribe", Action::"receive"],
  resource is Topic
)
unless { resource has owner && resource.owner == principal };

@id("actuators-obey-attested-executables")
@reason("Only a device whose executables are attested sends commands to a device of the group actuators.")
@reason_ja("グループ actuators のデバイスに指令を送れるのは、実行ファイルが構成証明されたデバイスだけです。")
forbid (principal is Device, action == Action::"publish", resource is Topic)
when { resource.path like "c/*" && resource has owner && resource.owner in Group::"actuators" }
unless { principal has tier && principal.tier.executables == "affirming" };

@id("unknown-or-revoked-gets-nothing")
@reason("A revoked device, or one the site does not know, may do nothing.")
@reason_ja("失効したデバイス、またはサイトが知らないデバイスは何もできません。")
forbid (principal is Device, action, resource)
unless { principal has standing && (principal.standing == "admitted" || principal.standing == "quarantined") };

@id("quarantined-only-recovers")
@reason("A quarantined device may connect, attest and be updated, and nothing else.")
@reason_ja("隔離中のデバイスは接続、構成証明、更新のほかには何もできません。")
forbid (principal is Device, action, resource)
unless {
  action in [Action::"connect", Action::"attest", Action::"update"] ||
  (principal has standing && principal.standing == "admitted")
};

@id("contraindicated-only-recovers")
@reason("A device with a contraindicated claim may connect, attest, be updated and enrol anew, and nothing else. Of its readings each stream counts by itself.")
@reason_ja("信頼できないと判定された項目があるデバイスは接続、構成証明、更新、再登録のほかには何もできません。測定値についてはストリームごとに判断されます。")
forbid (principal is Device, action, resource)
unless {
  action in [Action::"connect", Action::"attest", Action::"update", Action::"enrol"] ||
  (
    principal has tier &&
    principal.tier.instanceIdentity != "contraindicated" &&
    principal.tier.configuration != "contraindicated" &&
    principal.tier.executables != "contraindicated" &&
    principal.tier.fileSystem != "contraindicated" &&
    principal.tier.hardware != "contraindicated" &&
    principal.tier.runtimeOpaque != "contraindicated" &&
    principal.tier.storageOpaque != "contraindicated" &&
    (
      principal.tier.sourcedData != "contraindicated" ||
      (principal has ownSourcedData && principal.ownSourcedData != "contraindicated")
    )
  )
};

@id("fallen-publisher-is-not-heard")
@reason("What a device said is not delivered while that device is quarantined, revoked, contraindicated or unknown.")
@reason_ja("隔離中、失効、信頼できないと判定された、または不明なデバイスが発行したものは届けられません。")
forbid (principal is Device, action == Action::"receive", resource)
when { context has publisher }
unless {
  context.publisher has standing &&
  context.publisher.standing == "admitted" &&
  context.publisher.tier.instanceIdentity != "contraindicated" &&
  context.publisher.tier.configuration != "contraindicated" &&
  context.publisher.tier.executables != "contraindicated" &&
  context.publisher.tier.fileSystem != "contraindicated" &&
  context.publisher.tier.hardware != "contraindicated" &&
  context.publisher.tier.runtimeOpaque != "contraindicated" &&
  context.publisher.tier.storageOpaque != "contraindicated" &&
  (
    context.publisher.tier.sourcedData != "contraindicated" ||
    (context.publisher has ownSourcedData && context.publisher.ownSourcedData != "contraindicated")
  )
};

@id("contraindicated-readings-move-nothing")
@reason("Readings of a stream that is contraindicated are not delivered to members of the groups actuators, controllers and safety, nor to receivers of MQTT 3.1.1, which cannot be told.")
@reason_ja("信頼できないと判定されたストリームの測定値は、グループ actuators、controllers、safety のデバイスにも、その旨を付記できない MQTT 3.1.1 の受信者にも届けられません。")
forbid (principal is Device, action == Action::"receive", resource is Topic)
when {
  context has sourcedData &&
  context.sourcedData == "contraindicated" &&
  (
    principal in Group::"actuators" ||
    principal in Group::"controllers" ||
    principal in Group::"safety" ||
    (context has protocol && context.protocol == "3.1.1")
  )
};

@id("doubtful-readings-are-marked")
@reason("Readings that nothing speaks for are marked as such for whoever receives them.")
@reason_ja("裏付けのない測定値には、受信者に向けてその旨が付記されます。")
permit (principal is Device, action == Action::"annotate", resource is Topic)
when { context has sourcedData && context.sourcedData != "affirming" };

@id("viewer-views")
@reason("An operator with the role viewer may look at the site and its devices.")
@reason_ja("役割 viewer のオペレーターはサイトとデバイスを閲覧できます。")
permit (principal is Operator in Role::"viewer", action == Action::"view", resource);

@id("operator-operates")
@reason("An operator with the role operator may look at devices and act on them.")
@reason_ja("役割 operator のオペレーターはデバイスを閲覧し、操作できます。")
permit (principal is Operator in Role::"operator", action in [Action::"view", Action::"operate"], resource);

@id("administrator-administers")
@reason("An operator with the role administrator may do everything.")
@reason_ja("役割 administrator のオペレーターはすべての操作を行えます。")
permit (
  principal is Operator in Role::"administrator",
  action in [Action::"view", Action::"operate", Action::"administer"],
  resource
);
`;
