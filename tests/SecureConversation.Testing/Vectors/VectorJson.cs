using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecureConversation.Testing.Vectors;

/// <summary>Strict reading: an unknown key, a missing key, a null or a word outside its vocabulary is an error.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(VectorFile))]
[JsonSerializable(typeof(VectorRejectedJson))]
[JsonSerializable(typeof(VectorKeyJson))]
internal sealed partial class VectorJson : JsonSerializerContext;

internal sealed class KebabCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

internal sealed record VectorRejectedJson
{
    public required RejectionWord Rejected { get; init; }
    public required VectorParty By { get; init; }
    public IReadOnlyList<RejectionWord> AlsoAcceptable { get => field ?? []; init; }
    public VectorWireFault? WireFault { get; init; }
}

internal sealed record VectorKeyJson
{
    public string? DerivedKey { get; init; }
    public string? EncryptedKey { get; init; }
    public string? SecurityContext { get; init; }
    public string? Instance { get; init; }
    public VectorParty? Certificate { get; init; }
}

internal sealed class VectorExpectationConverter : JsonConverter<VectorExpectation>
{
    public override VectorExpectation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString() switch
            {
                "verified" => new VectorExpectation.Verified(),
                "unsecured" => new VectorExpectation.Unsecured(),
                var word => throw new JsonException($"Unknown expectation \"{word}\"."),
            };
        }
        var json = JsonSerializer.Deserialize(ref reader, VectorJson.Default.VectorRejectedJson)
            ?? throw new JsonException("An expectation must not be null.");
        return new VectorExpectation.Rejected(json.Rejected, json.By, json.AlsoAcceptable, json.WireFault);
    }

    public override void Write(Utf8JsonWriter writer, VectorExpectation value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Vectors are only read.");
}

internal sealed class VectorKeyConverter : JsonConverter<VectorKey>
{
    public override VectorKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, VectorJson.Default.VectorKeyJson) switch
        {
            { DerivedKey: { } nonce, EncryptedKey: null, SecurityContext: null, Instance: null, Certificate: null } =>
                new VectorKey.DerivedKey(nonce),
            { DerivedKey: null, EncryptedKey: { } sha1, SecurityContext: null, Instance: null, Certificate: null } =>
                new VectorKey.EncryptedKey(sha1),
            { DerivedKey: null, EncryptedKey: null, SecurityContext: { } identifier, Certificate: null } json =>
                new VectorKey.SecurityContext(identifier, json.Instance),
            { DerivedKey: null, EncryptedKey: null, SecurityContext: null, Instance: null, Certificate: { } party } =>
                new VectorKey.Certificate(party),
            _ => throw new JsonException("A key names exactly one of derivedKey, encryptedKey, securityContext, certificate."),
        };

    public override void Write(Utf8JsonWriter writer, VectorKey value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Vectors are only read.");
}
