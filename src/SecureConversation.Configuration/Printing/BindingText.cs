using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Configuration.Json;
using SecureConversation.Configuration.Printing;

namespace SecureConversation.Configuration;

/// <summary>
/// Writes a binding in the words of its reader: C#, appsettings.json, app.config. Each text starts from the nearest factory of WCF and has
/// what differs from it, and nothing that is the default.
/// </summary>
public static class BindingText
{
    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// An expression of C# whose value equals the element. Needs the namespaces System and SecureConversation.Binding, and
    /// System.Net.Security for protection levels.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <exception cref="ArgumentException">A session opens its bootstrap with another session.</exception>
    public static string ToCSharp(SecurityBindingElement element)
    {
        ArgumentNullException.ThrowIfNull(element);
        TextChecks.RequirePlainBootstrap(element);
        return CSharpBinding.Expression(element);
    }

    /// <summary>
    /// Statements of C# that set the binding in a variable named options, which is a SecureConversationServiceOptions or a
    /// SecureConversationHttpOptions.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <param name="version">The message version; null for <see cref="MessageVersion.Default"/>.</param>
    /// <param name="protection">What is signed and encrypted; null for everything.</param>
    /// <exception cref="ArgumentException">A session opens its bootstrap with another session.</exception>
    public static string ToCSharp(SecurityBindingElement element, MessageVersion? version, ChannelProtectionRequirements? protection)
    {
        var text = $"options.Binding = {ToCSharp(element)};\n";
        if (version is not null && version != MessageVersion.Default)
        {
            text += $"options.MessageVersion = {Names.MessageVersion.ToCSharp(version)};\n";
        }

        if (protection is not null && protection != ChannelProtectionRequirements.Default)
        {
            text += $"options.ProtectionRequirements = {ProtectionForm.Instance.ToCSharp(protection)};\n";
        }

        return text;
    }

    /// <summary>
    /// Statements of C# for the WCF client or CoreWCF that end in a variable named binding, a CustomBinding over HTTP. Needs the namespaces
    /// System, System.ServiceModel, System.ServiceModel.Channels and SecureConversation.ServiceModel, or those of CoreWCF; where the static
    /// methods of WCF cannot say something, also <c>using Engine = SecureConversation.Binding;</c>.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <param name="version">The message version; null for <see cref="MessageVersion.Default"/>.</param>
    /// <param name="isHttps">Whether the transport is HTTPS.</param>
    /// <exception cref="ArgumentException">A session opens its bootstrap with another session.</exception>
    public static string ToWcfCSharp(SecurityBindingElement element, MessageVersion? version = null, bool isHttps = false)
    {
        ArgumentNullException.ThrowIfNull(element);
        TextChecks.RequirePlainBootstrap(element);
        return WcfCSharp.Statements(element, version ?? MessageVersion.Default, isHttps);
    }

    /// <summary>
    /// The keys Binding, MessageVersion and ProtectionRequirements of a section of appsettings.json, as one object.
    /// <see cref="MessageSecurityServiceSettings.Read"/> and <see cref="MessageSecurityClientSettings.Read"/> make an equal element of it.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <param name="version">The message version; null for <see cref="MessageVersion.Default"/>.</param>
    /// <param name="protection">What is signed and encrypted; null for everything.</param>
    /// <exception cref="ArgumentException">
    /// A session opens its bootstrap with another session, or a text has half a character (a lone surrogate).
    /// </exception>
    public static string ToJson(
        SecurityBindingElement element, MessageVersion? version = null, ChannelProtectionRequirements? protection = null)
    {
        ArgumentNullException.ThrowIfNull(element);
        TextChecks.RequirePlainBootstrap(element);
        var json = new JsonObject { ["Binding"] = BindingForm.ToJson(element) };
        if (version is not null && version != MessageVersion.Default)
        {
            json["MessageVersion"] = version.Name;
        }

        if (protection is not null && protection != ChannelProtectionRequirements.Default)
        {
            json["ProtectionRequirements"] = ProtectionForm.Instance.ToJson(protection, ChannelProtectionRequirements.Default);
        }

        TextChecks.RequireWholeCharacters(json);
        return json.ToJsonString(Format);
    }

    /// <summary>
    /// The binding as a customBinding of app.config: the element binding with security, encoding and transport. What WCF cannot say has the
    /// words that the README of this package defines.
    /// </summary>
    /// <param name="element">The element.</param>
    /// <param name="version">The message version; null for <see cref="MessageVersion.Default"/>.</param>
    /// <param name="name">The name of the binding.</param>
    /// <param name="isHttps">Whether the transport is HTTPS.</param>
    /// <exception cref="ArgumentException">
    /// The element has protection requirements, which app.config does not say, a session opens its bootstrap with another session, or a
    /// text has a character that XML does not have.
    /// </exception>
    public static string ToXml(SecurityBindingElement element, MessageVersion? version = null, string name = "secure", bool isHttps = false)
    {
        ArgumentNullException.ThrowIfNull(element);
        ArgumentException.ThrowIfNullOrEmpty(name);
        TextChecks.RequirePlainBootstrap(element);
        version ??= MessageVersion.Default;
        var binding = new XElement("binding", new XAttribute("name", name),
            XmlBinding.Security("security", element),
            new XElement("textMessageEncoding", version == MessageVersion.Default ? null : new XAttribute("messageVersion", version.Name)),
            new XElement(isHttps ? "httpsTransport" : "httpTransport"));
        return TextChecks.Write(binding);
    }
}
