namespace SecureConversation.Cli.Importing;

/// <summary>How a binding is printed.</summary>
internal enum BindingForm
{
    /// <summary>Statements over the options of SecureConversation.Http and SecureConversation.AspNetCore.</summary>
    CSharp,
    /// <summary>A binding of app.config.</summary>
    Xml,
    /// <summary>A section of appsettings.json.</summary>
    Json,
    /// <summary>Statements that make a CustomBinding of the .NET WCF client or CoreWCF.</summary>
    Wcf,
}
